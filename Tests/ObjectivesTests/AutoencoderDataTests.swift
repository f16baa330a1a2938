import Numerics
import Objectives
import Testing

@Suite struct AutoencoderDataTests {
  @Test func standardBasisIsTheIdentityCutOff() throws {
    let data = try AutoencoderData.standardBasis(count: 2, dimension: 3)
    #expect(data.rows == [1, 0, 0, 0, 1, 0])
    #expect(data.gram == [1, 0, 0, 1])
    #expect(data.orthonormalityDefect == 0)
  }

  @Test(arguments: [(1, 1), (3, 3), (4, 9)]) func randomVectorsAreOrthonormalAndNotTheAxes(count: Int, dimension: Int)
    throws
  {
    var stream = testStream(5)
    let data = try AutoencoderData.randomOrthonormal(count: count, dimension: dimension, stream: &stream)
    #expect(data.orthonormalityDefect < 1e-14)
    let again = try AutoencoderData.randomOrthonormal(count: count, dimension: dimension, stream: &stream)
    #expect(dimension == 1 || data != again)
    #expect(dimension == 1 || data.rows.allSatisfy { abs($0) < 0.9999 })
  }

  /// Up to both ends of what is possible, in the span's own dimension and in more.
  @Test(arguments: [-0.2499, -0.1, 0, 1e-3, 0.5, 0.999], [5, 8])
  func equicorrelatedVectorsHaveTheirGramMatrix(correlation: Double, dimension: Int) throws {
    let data = try AutoencoderData.equicorrelated(count: 5, dimension: dimension, correlation: correlation)
    let wanted = (0..<25).map { $0 % 6 == 0 ? 1 : correlation }
    #expect(largestDifference(data.gram, wanted) < 1e-14)
    #expect(abs(data.orthonormalityDefect - abs(correlation)) < 1e-14)
  }

  @Test func gramIsTheMatrixOfProducts() throws {
    let data = try AutoencoderData(count: 2, dimension: 3, values: [1, 2, 3, -1, 0, 2])
    #expect(data.gram == [14, 5, 5, 5])
    #expect(data.orthonormalityDefect == 13)
  }

  struct Refusal: Sendable {
    var text: String
    var attempt: @Sendable () throws -> AutoencoderData
  }

  static let tooMany =
    "features: expected a number of data vectors from 1 to the dimension, 3, found 4. "
    + "Linearly independent vectors need at least as many dimensions."

  static let refusals: [Refusal] = [
    Refusal(text: tooMany) { try .standardBasis(count: 4, dimension: 3) },
    Refusal(text: tooMany) { try .equicorrelated(count: 4, dimension: 3, correlation: 0) },
    Refusal(text: tooMany) {
      var stream = testStream(6)
      return try .randomOrthonormal(count: 4, dimension: 3, stream: &stream)
    },
    Refusal(
      text: "features: expected a number of data vectors from 1 to the dimension, 3, found 0. "
        + "Linearly independent vectors need at least as many dimensions."
    ) { try .standardBasis(count: 0, dimension: 3) },
    Refusal(text: "correlation: expected a value above -0.25 and below 1 for 5 vectors, found -0.25.") {
      try .equicorrelated(count: 5, dimension: 5, correlation: -0.25)
    },
    Refusal(text: "correlation: expected a value above -0.25 and below 1 for 5 vectors, found 1.0.") {
      try .equicorrelated(count: 5, dimension: 5, correlation: 1)
    },
    Refusal(text: "correlation: expected a value above -0.25 and below 1 for 5 vectors, found nan.") {
      try .equicorrelated(count: 5, dimension: 5, correlation: .nan)
    },
    Refusal(text: "data: expected a matrix with at least one row and one column, found 0 values for 0 rows of 3.") {
      try AutoencoderData(count: 0, dimension: 3, values: [])
    },
    Refusal(text: "data: expected a matrix with at least one row and one column, found 5 values for 2 rows of 3.") {
      try AutoencoderData(count: 2, dimension: 3, values: [1, 2, 3, 4, 5])
    },
    Refusal(text: "data, row 1, column 2: expected a finite value, found inf.") {
      try AutoencoderData(count: 2, dimension: 3, values: [1, 2, 3, 4, 5, .infinity])
    },
    Refusal(text: "data, row 0, column 1: expected a finite value, found nan.") {
      try AutoencoderData(count: 2, dimension: 3, values: [1, .nan, 3, 4, 5, .infinity])
    },
  ]

  @Test(arguments: refusals.indices) func refusesWhatIsNoData(_ which: Int) {
    let refusal = Self.refusals[which]
    let error = #expect(throws: InputError.self) { try refusal.attempt() }
    #expect(error?.description == refusal.text)
  }
}
