import Citations
import Numerics

/// A data set that others publish: its files with their checksums, and where they are offered.
public struct PublishedDataSet: Sendable {
  /// The name on the command line.
  public var name: String
  /// What it is, and whose.
  public var title: String
  /// URLs of folders that hold the files, the best one first.
  public var mirrors: [String]
  /// The files.
  public var files: [PublishedFile]
  /// Where it was published.
  public var citations: [Citation]

  /// Describes a data set.
  public init(
    name: String, title: String, mirrors: [String], files: [PublishedFile], citations: [Citation] = []
  ) {
    self.name = name
    self.title = title
    self.mirrors = mirrors
    self.files = files
    self.citations = citations
  }

  /// Whether a file with this SHA-256 is one of its files, as published or inflated.
  public func contains(checksum: String) -> Bool {
    files.contains { $0.checksum == checksum || $0.contentChecksum == checksum }
  }
}

/// A file of a data set as it was published.
public struct PublishedFile: Sendable, Equatable {
  /// The name.
  public var name: String
  /// The size as it was published.
  public var byteCount: Int
  /// SHA-256 as it was published, in hexadecimal digits.
  public var checksum: String
  /// SHA-256 of what a gzip file inflates to: some mirrors have compressed the same content again.
  public var contentChecksum: String?

  /// Describes a file.
  public init(name: String, byteCount: Int, checksum: String, contentChecksum: String? = nil) {
    self.name = name
    self.byteCount = byteCount
    self.checksum = checksum
    self.contentChecksum = contentChecksum
  }

  /// Whether a file is this one, byte for byte or inflated.
  ///
  /// - Throws: ``InputError`` naming the path, where it cannot be read.
  func matches(_ path: String) throws(InputError) -> Bool {
    if try SHA256.hexDigest(ofFile: path) == checksum { return true }
    // A file that cannot be inflated is not this one either.
    guard let contentChecksum, let content = try? DataText.read(path) else { return false }
    return SHA256.hexDigest(of: content) == contentChecksum
  }
}

extension PublishedDataSet {
  /// The data sets that `basin data fetch` knows.
  public static let all = [mnist, cifar10]

  /// The MNIST database of handwritten digits: four IDX files.
  public static let mnist = PublishedDataSet(
    name: "mnist",
    title: "MNIST, 60,000 + 10,000 handwritten digits of 28 × 28 pixels (LeCun, Cortes, Burges)",
    mirrors: [
      "https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ],
    files: [
      PublishedFile(
        name: "train-images-idx3-ubyte.gz", byteCount: 9_912_422,
        checksum: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        contentChecksum: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
      PublishedFile(
        name: "train-labels-idx1-ubyte.gz", byteCount: 28_881,
        checksum: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        contentChecksum: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
      PublishedFile(
        name: "t10k-images-idx3-ubyte.gz", byteCount: 1_648_877,
        checksum: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        contentChecksum: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
      PublishedFile(
        name: "t10k-labels-idx1-ubyte.gz", byteCount: 4_542,
        checksum: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        contentChecksum: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
    ], citations: [.lecun])

  /// CIFAR-10 in its binary version: one archive.
  public static let cifar10 = PublishedDataSet(
    name: "cifar10",
    title: "CIFAR-10, 50,000 + 10,000 colour images of 32 × 32 pixels in 10 classes, binary version (Krizhevsky)",
    mirrors: ["https://www.cs.toronto.edu/~kriz/"],
    files: [
      PublishedFile(
        name: "cifar-10-binary.tar.gz", byteCount: 170_052_171,
        checksum: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd")
    ], citations: [.krizhevsky])
}
