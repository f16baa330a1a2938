import DataSets
import Formats
import Foundation
import Numerics
import TestSupport
import Testing

@Suite("Images") struct ImageTests {
  private let key = RandomKey(seed: 7, purpose: .data)

  @Test("The digits are those of scikit-learn's copy") func digits() {
    let digits = ImageSamples.digits
    #expect(digits.sampleCount == 1797 && digits.height == 8 && digits.width == 8 && digits.classCount == 10)
    #expect(
      (0..<10).map { label in digits.classes.count { $0 == label } } == [
        178, 182, 177, 183, 181, 182, 181, 179, 174, 180,
      ])
    #expect(digits.pixels.reduce(0, +) * 16 == 561_718)
    #expect(digits.pixels.allSatisfy { (0...1).contains($0) && $0 * 16 == ($0 * 16).rounded() })
    #expect(Array(digits.classes.prefix(10)) == Array(0..<10))
    // The first image's second row.
    #expect(digits.pixels[8..<16].map { $0 * 16 } == [0, 0, 13, 15, 10, 15, 5, 0])
    // The whole file, pixels and classes a byte each.
    let bytes = digits.pixels.map { UInt8($0 * 16) } + digits.classes.map { UInt8($0) }
    #expect(SHA256.hexDigest(of: bytes) == "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826")
  }

  /// Two images of 3 × 2 bytes and their labels in IDX.
  private static let imageBytes: [UInt8] =
    [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 2] + [0, 51, 102, 153, 204, 255] + [255, 0, 255, 0, 255, 0]
  private static let labelBytes: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 2, 1, 4]

  @Test("A folder in MNIST's layout is read, plain or gzipped") func folder() throws {
    let scratch = ScratchFolder()
    try AtomicFile.write(Self.imageBytes, to: scratch.file("train-images-idx3-ubyte"))
    // The labels, through `gzip -n`.
    let labels = Data(base64Encoded: "H4sIAAAAAAAAA2Ng4GBkYGBgYmQBAEFZ6osKAAAA") ?? Data()
    try AtomicFile.write([UInt8](labels), to: scratch.file("train-labels-idx1-ubyte.gz"))
    let images = try ImageSamples.readIDX(folder: scratch.path, .training)
    #expect(images.height == 3 && images.width == 2 && images.classes == [1, 4] && images.classCount == 5)
    #expect(images.pixels == [0, 0.2, 0.4, 0.6, 0.8, 1, 1, 0, 1, 0, 1, 0])
    let one = try ImageSamples.readIDX(folder: scratch.path, .training, limit: 1)
    #expect(one.sampleCount == 1 && one.classCount == 5 && one.pixels.count == 6)
    let missing = refusal { () throws(InputError) in _ = try ImageSamples.readIDX(folder: scratch.path, .test) }
    #expect(missing?.location == scratch.path)
    #expect(missing?.expected == "t10k-images-idx3-ubyte or t10k-images-idx3-ubyte.gz")
  }

  @Test("What is no images, or doesn't belong together, is refused") func refusals() throws {
    let images = try IDXFile(parsing: Self.imageBytes, location: "i")
    let labels = try IDXFile(parsing: Self.labelBytes, location: "l")
    func found(_ images: IDXFile, _ labels: IDXFile) -> String? {
      refusal { () throws(InputError) in _ = try ImageSamples(images: images, labels: labels) }?.found
    }
    #expect(found(images, labels) == nil)
    #expect(found(labels, labels) == "the shape (2,)")
    let three = try IDXFile(parsing: [0, 0, 8, 1, 0, 0, 0, 3, 1, 4, 4], location: "l")
    #expect(found(images, three) == "the shape (3,)")
    let negative = try IDXFile(parsing: [0, 0, 9, 1, 0, 0, 0, 2, 1, 0xFF], location: "l")
    #expect(found(images, negative) == "-1.0")
    let signed = try IDXFile(parsing: [0, 0, 9] + Self.imageBytes.dropFirst(3), location: "i")
    #expect(found(signed, labels) == "-103.0")
  }

  private let tiny = ImageSamples(
    height: 2, width: 4, pixels: [0, 1, 0.5, 0.5, 1, 0, 0.5, 0.5] + [1, 1, 0, 0, 1, 1, 0, 0.4], classes: [0, 1],
    classCount: 2)

  @Test("Shrinking takes means of 2 × 2") func shrunk() {
    let small = tiny.shrunk()
    #expect(small.height == 1 && small.width == 2 && small.classes == [0, 1])
    #expect(small.pixels == [0.5, 0.5, 1, 0.1])
    #expect(small.isRelevant == [true, true])
  }

  @Test("Padding keeps the image in the middle and marks the rest as irrelevant") func padded() throws {
    let field = tiny.padded(height: 4, width: 6, with: .noise(standardDeviation: 2), key: key)
    #expect(field.isRelevant.count { $0 } == 8 && field.height == 4 && field.width == 6)
    for image in 0..<2 {
      let inside = (0..<24).filter { field.isRelevant[$0] }.map { field.pixels[24 * image + $0] }
      #expect(inside == Array(tiny.pixels[8 * image..<8 * image + 8]))
    }
    #expect(field.isRelevant[7] && !field.isRelevant[6] && !field.isRelevant[5] && field.isRelevant[16])
    // Image by image the same, however many there are.
    let second = tiny.taking([0]).padded(height: 4, width: 6, with: .noise(standardDeviation: 2), key: key)
    #expect(Array(field.pixels.prefix(24)) == second.pixels)
    #expect(field.shrunk().isRelevant == [true, true, true, true, true, true])

    let many = ImageSamples.digits.padded(height: 12, width: 12, with: .noise(standardDeviation: 2), key: key)
    var sample: [Double] = []
    for image in 0..<many.sampleCount {
      for pixel in 0..<144 where !many.isRelevant[pixel] { sample.append(many.pixels[144 * image + pixel]) }
    }
    let (count, mean) = (Double(sample.count), sample.reduce(0, +) / Double(sample.count))
    #expect(sample.count == 1797 * 80 && abs(mean) < 4.5 * 2 / count.squareRoot())
    #expect(abs(sample.reduce(0) { $0 + $1 * $1 } / count - 4) < 4.5 * 4 * (2 / count).squareRoot())
  }

  @Test("On grey the padding is one grey an image, and the image stands before it") func grey() {
    let field = tiny.padded(height: 4, width: 6, with: .grey, key: key)
    for image in 0..<2 {
      let pixels = Array(field.pixels[24 * image..<24 * image + 24])
      let greys = Set((0..<24).filter { !field.isRelevant[$0] }.map { pixels[$0] })
      #expect(greys.count == 1)
      let grey = greys.first ?? -1
      #expect((0..<1).contains(grey))
      #expect(pixels[7] == tiny.pixels[8 * image] + (1 - tiny.pixels[8 * image]) * grey)
      #expect(pixels.allSatisfy { $0 >= grey && $0 <= 1 })
    }
    #expect(field.pixels[0] != field.pixels[24])
  }

  @Test("Noise is added to every pixel; shuffling keeps images and classes together") func noisy() {
    let noisy = ImageSamples.digits.noisy(standardDeviation: 0.5, key: key)
    let differences = zip(noisy.pixels, ImageSamples.digits.pixels).map { $0 - $1 }
    let variance = differences.reduce(0) { $0 + $1 * $1 } / Double(differences.count)
    #expect(abs(variance - 0.25) < 4.5 * 0.25 * (2 / Double(differences.count)).squareRoot())
    let shuffled = ImageSamples.digits.shuffled(key)
    #expect(shuffled.classes != ImageSamples.digits.classes)
    #expect(shuffled.classes.sorted() == ImageSamples.digits.classes.sorted())
    let place = ImageSamples.digits.pixels.indices.filter { $0 % 64 == 0 }.firstIndex {
      Array(ImageSamples.digits.pixels[$0..<$0 + 64]) == Array(shuffled.pixels.prefix(64))
    }
    #expect(place.map { ImageSamples.digits.classes[$0] } == shuffled.classes[0])
  }

  @Test("Indicators are 1 at the class") func indicators() {
    #expect(tiny.samples.indicators == [1, 0, 0, 1])
  }
}
