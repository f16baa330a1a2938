import Formats
import Foundation
import Numerics

extension ImageSamples {
  /// The images and labels of two IDX files of bytes, as MNIST has them; 255 becomes 1.
  ///
  /// - Parameters:
  ///   - limit: take only the first images, at most so many; all of them if nil.
  ///   - location: names the images in errors.
  ///   - labelLocation: names the labels in errors.
  /// - Throws: ``InputError`` if the images have no three axes or a pixel outside 0…255, or the labels are not one a class from 0 to 255 an
  ///   image.
  public init(
    images: IDXFile, labels: IDXFile, limit: Int? = nil, location: String = "images",
    labelLocation: String = "labels"
  ) throws(InputError) {
    let shape = images.shape
    guard shape.count == 3, shape.allSatisfy({ $0 > 0 }) else {
      throw InputError(
        location, expected: "images: three axes, none of them empty", found: "the shape \(NPYFile.text(shape))")
    }
    guard labels.shape.count == 1, labels.shape[0] == shape[0] else {
      throw InputError(
        labelLocation, expected: "\(shape[0]) labels, one an image", found: "the shape \(NPYFile.text(labels.shape))",
        advice: "Do both files belong together?")
    }
    if let pixel = images.values.first(where: { $0 < 0 || $0 > 255 }) {
      throw InputError(location, expected: "pixels from 0 to 255", found: "\(pixel)")
    }
    if let label = labels.values.first(where: { $0 < 0 || $0 > 255 || $0 != $0.rounded() }) {
      throw InputError(labelLocation, expected: "classes from 0 to 255", found: "\(label)")
    }
    let count = min(limit ?? shape[0], shape[0])
    let classes = labels.values.map { Int($0) }
    self.init(
      height: shape[1], width: shape[2], pixels: images.values.prefix(count * shape[1] * shape[2]).map { $0 / 255 },
      classes: Array(classes.prefix(count)), classCount: (classes.max() ?? 0) + 1)
  }

  /// The parts of a data set in the layout of MNIST.
  public enum Part: String, Sendable, CaseIterable {
    /// What is learnt from.
    case training = "train"
    /// What tests it.
    case test = "t10k"
  }

  /// Reads a part of a folder in the layout of MNIST: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, and `t10k-…`, each plain or
  /// with `.gz` at the end of its name.
  ///
  /// - Throws: ``InputError`` naming the file that is missing or cannot be used.
  public static func readIDX(folder: String, _ part: Part, limit: Int? = nil) throws(InputError) -> ImageSamples {
    let images = try path(folder, "\(part.rawValue)-images-idx3-ubyte")
    let labels = try path(folder, "\(part.rawValue)-labels-idx1-ubyte")
    return try ImageSamples(
      images: try .read(images), labels: try .read(labels), limit: limit, location: images, labelLocation: labels)
  }

  /// Whether both parts are in a folder, so that what runs for long can ask at once.
  ///
  /// - Throws: ``InputError`` naming the first file that is missing.
  public static func requireIDX(folder: String) throws(InputError) {
    for part in Part.allCases {
      _ = try path(folder, "\(part.rawValue)-images-idx3-ubyte")
      _ = try path(folder, "\(part.rawValue)-labels-idx1-ubyte")
    }
  }

  private static func path(_ folder: String, _ name: String) throws(InputError) -> String {
    let plain = "\(folder)/\(name)"
    for candidate in [plain, plain + ".gz"] where FileManager.default.fileExists(atPath: candidate) {
      return candidate
    }
    throw InputError(
      folder, expected: "\(name) or \(name).gz", found: "neither",
      advice: "The folder should hold the four files of MNIST, or of a data set in the same layout.")
  }
}
