import Formats
import Numerics

/// Grey images of one size, each of a class, and which of their pixels can tell something about it.
public struct ImageSamples: Sendable, Equatable {
  /// The number of rows of an image.
  public let height: Int
  /// The number of columns of an image.
  public let width: Int
  /// n × height × width numbers; those of an image that was read go from 0 to 1.
  public let pixels: [Double]
  /// n classes from 0 to m − 1.
  public let classes: [Int]
  /// m, the number of classes.
  public let classCount: Int
  /// height × width: whether a pixel belongs to what is shown; the others were added around it.
  public let isRelevant: [Bool]

  /// Puts images together; every pixel is relevant unless said otherwise.
  ///
  /// - Precondition: height × width numbers a class, classes from 0 to m − 1.
  public init(
    height: Int, width: Int, pixels: [Double], classes: [Int], classCount: Int, isRelevant: [Bool]? = nil
  ) {
    precondition(height > 0 && width > 0 && pixels.count == height * width * classes.count, "a number a pixel")
    precondition(classes.allSatisfy { $0 >= 0 && $0 < classCount }, "classes from 0 to m − 1")
    let isRelevant = isRelevant ?? [Bool](repeating: true, count: height * width)
    precondition(isRelevant.count == height * width, "a flag a pixel")
    self.height = height
    self.width = width
    self.pixels = pixels
    self.classes = classes
    self.classCount = classCount
    self.isRelevant = isRelevant
  }

  /// n, the number of images.
  public var sampleCount: Int { classes.count }

  /// The number of pixels of an image.
  public var pixelCount: Int { height * width }

  /// The images as samples: pixels row by row are the inputs.
  public var samples: ClassificationSamples {
    ClassificationSamples(inputCount: pixelCount, classCount: classCount, features: pixels, classes: classes)
  }

  /// The images at these places, in this order.
  public func taking(_ places: some Sequence<Int>) -> ImageSamples {
    let places = Array(places)
    return with(
      pixels: places.flatMap { pixels[$0 * pixelCount..<($0 + 1) * pixelCount] }, classes: places.map { classes[$0] })
  }

  /// The images in a random order, from the stream of `key`.
  public func shuffled(_ key: RandomKey) -> ImageSamples {
    var stream = RandomStream(key)
    return taking(stream.permutation(count: sampleCount))
  }

  private func with(pixels: [Double], classes: [Int]? = nil) -> ImageSamples {
    ImageSamples(
      height: height, width: width, pixels: pixels, classes: classes ?? self.classes, classCount: classCount,
      isRelevant: isRelevant)
  }
}

// What makes inputs irrelevant, after the image experiments of Beneventano, Pinto, Poggio 2024 (arXiv 2406.11110), whose exact settings could
// not be read.
extension ImageSamples {
  /// Half as high and half as wide: each pixel is the mean of 2 × 2; a last odd row or column is dropped. A pixel is relevant if one of
  /// the four is.
  public func shrunk() -> ImageSamples {
    let (h, w) = (height / 2, width / 2)
    var small: [Double] = []
    small.reserveCapacity(sampleCount * h * w)
    for image in 0..<sampleCount {
      for row in 0..<h {
        for column in 0..<w {
          let place = image * pixelCount + 2 * row * width + 2 * column
          small.append((pixels[place] + pixels[place + 1] + pixels[place + width] + pixels[place + width + 1]) / 4)
        }
      }
    }
    let flags = (0..<h * w).map { pixel in
      let place = 2 * (pixel / w) * width + 2 * (pixel % w)
      return isRelevant[place] || isRelevant[place + 1] || isRelevant[place + width] || isRelevant[place + width + 1]
    }
    return ImageSamples(
      height: h, width: w, pixels: small, classes: classes, classCount: classCount, isRelevant: flags)
  }

  /// What stands around the images.
  public enum Padding: Sendable, Hashable {
    /// Each pixel of each image normal, of mean 0.
    case noise(standardDeviation: Double)
    /// One grey an image, uniform on [0, 1]: it is in all the padding, and also behind the image: a pixel p of it becomes p + (1 − p) · grey.
    case grey
  }

  /// The images in the middle of a larger field, whose other pixels are irrelevant. Image i draws from step i of the stream of `key`, so
  /// that the first images don't depend on how many there are.
  ///
  /// - Precondition: the field is at least as large as an image; fewer than 2³² images.
  public func padded(height newHeight: Int, width newWidth: Int, with padding: Padding, key: RandomKey) -> ImageSamples
  {
    precondition(newHeight >= height && newWidth >= width, "a field at least as large as an image")
    let (top, left) = ((newHeight - height) / 2, (newWidth - width) / 2)
    let flags = (0..<newHeight * newWidth).map { pixel in
      let (row, column) = (pixel / newWidth - top, pixel % newWidth - left)
      guard (0..<height).contains(row), (0..<width).contains(column) else { return false }
      return isRelevant[row * width + column]
    }
    var field: [Double] = []
    field.reserveCapacity(sampleCount * newHeight * newWidth)
    for image in 0..<sampleCount {
      var stream = RandomStream(key, step: image)
      let start = field.count
      var grey = 0.0
      switch padding {
      case .noise(let deviation):
        field += stream.gaussian(count: newHeight * newWidth).map { deviation * $0 }
      case .grey:
        grey = stream.uniform()
        field += repeatElement(grey, count: newHeight * newWidth)
      }
      for row in 0..<height {
        for column in 0..<width {
          let pixel = pixels[image * pixelCount + row * width + column]
          field[start + (row + top) * newWidth + column + left] = pixel + (1 - pixel) * grey
        }
      }
    }
    return ImageSamples(
      height: newHeight, width: newWidth, pixels: field, classes: classes, classCount: classCount, isRelevant: flags)
  }

  /// The images with normal noise of this standard deviation added to each pixel. Image i draws from step i of the stream of `key`.
  public func noisy(standardDeviation: Double, key: RandomKey) -> ImageSamples {
    var result = pixels
    for image in 0..<sampleCount {
      var stream = RandomStream(key, step: image)
      let noise = stream.gaussian(count: pixelCount)
      for pixel in 0..<pixelCount { result[image * pixelCount + pixel] += standardDeviation * noise[pixel] }
    }
    return with(pixels: result)
  }
}
