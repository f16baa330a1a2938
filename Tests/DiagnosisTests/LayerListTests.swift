import Formats
import Numerics
import Objectives
import TestSupport
import Testing

@testable import Diagnosis

/// Networks and losses as users write them.
@Suite struct LayerListTests {
  private let scratch = ScratchFolder()

  private func error(_ text: String) -> InputError? {
    refusal { () throws(InputError) in _ = try Network(model: text) }
  }

  @Test func layersOneByOne() throws {
    let text = """
      {"layers": [{"kind": "affine", "inputs": 3, "outputs": 4}, {"kind": "relu"},
        {"kind": "affine", "outputs": 5, "bias": false}, {"kind": "tanh"}, {"kind": "gelu"},
        {"kind": "affine", "inputs": 5, "outputs": 2}], "slopeAtKink": 0.5}
      """
    let expected = try Network(
      [
        .affine(inputs: 3, outputs: 4), .activation(.relu), .affine(inputs: 4, outputs: 5, bias: false),
        .activation(.tanh), .activation(.gelu), .affine(inputs: 5, outputs: 2),
      ], slopeAtKink: 0.5)
    #expect(try Network(model: text) == expected)
    let path = scratch.file("model.json")
    try AtomicFile.write(text, to: path)
    #expect(try Network(model: path) == expected)
    #expect(try Network(layerList: expected.layerList, location: "again") == expected)
  }

  @Test func widthsAndTheShortForm() throws {
    let short = try Network(model: "mlp:3-4-2:relu:kink=0.5")
    #expect(try Network(model: "{\"widths\": [3, 4, 2], \"slopeAtKink\": 0.5}") == short)
    let sigmoid = "{\"widths\": [3, 4, 2], \"activation\": \"sigmoid\", \"bias\": false}"
    #expect(try Network(model: sigmoid) == Network(model: "mlp:3-4-2:sigmoid:bias=false"))
  }

  /// The second layer has other inputs than the first one has outputs.
  private static let mismatched =
    "{\"layers\": [{\"kind\": \"affine\", \"inputs\": 1, \"outputs\": 2}, "
    + "{\"kind\": \"affine\", \"inputs\": 3, \"outputs\": 1}]}"

  @Test(arguments: [
    ("[]", "\"[]\""), ("{}", "none"), ("{\"layers\": []}", "an empty list"), ("{\"layers\": 3}", "3"),
    ("{\"layer\": []}", "\"layer\""), ("{\"layers\": [{}]}", "none"), ("{\"layers\": [3]}", "3"),
    ("{\"layers\": [{\"kind\": \"relu\"}]}", "an activation"), ("{\"layers\": [{\"kind\": \"afine\"}]}", "\"afine\""),
    ("{\"layers\": [{\"kind\": \"affine\", \"outputs\": 2}]}", "none"),
    ("{\"layers\": [{\"kind\": \"affine\", \"inputs\": 2}]}", "none"),
    ("{\"layers\": [{\"kind\": \"affine\", \"inputs\": 0, \"outputs\": 2}]}", "0"),
    ("{\"layers\": [{\"kind\": \"affine\", \"inputs\": 1.5, \"outputs\": 2}]}", "1.5"),
    ("{\"layers\": [{\"kind\": \"affine\", \"inputs\": 99999999999, \"outputs\": 2}]}", "99999999999"),
    ("{\"layers\": [{\"kind\": \"affine\", \"inputs\": 1, \"outputs\": 2, \"bias\": 1}]}", "1"),
    (
      "{\"layers\": [{\"kind\": \"affine\", \"inputs\": 1, \"outputs\": 2}, {\"kind\": \"relu\", \"outputs\": 2}]}",
      "more"
    ),
    (
      Self.mismatched,
      "3"
    ),
    ("{\"layers\": [{\"kind\": \"affine\", \"inputs\": 1, \"outputs\": 2}], \"bias\": true}", "layers and bias"),
    ("{\"layers\": [{\"kind\": \"affine\", \"inputs\": 1, \"outputs\": 2}], \"slopeAtKink\": 2}", "2.0"),
    ("{\"widths\": [3]}", "1"), ("{\"widths\": [3, 0]}", "0"),
    ("{\"widths\": [3, 2], \"activation\": \"rellu\"}", "\"rellu\""),
    ("mlp:3-2:rellu", "\"rellu\""), ("mpl:3-2", "\"mpl:3-2\""),
  ])
  func refuses(text: String, found: String) {
    #expect(error(text)?.found == (text == "[]" ? "\"No such file or directory\"" : found), "\(error(text) as Any)")
  }

  @Test func filesAreNotRead() throws {
    #expect(error("/dev/zero")?.expected == "a file of at most 1048576 bytes")
    #expect(error(scratch.path)?.found == "a folder")
    #expect(error("{\"widths\": [3, 2], \"activation\": \"rellu\"}")?.advice == "Did you mean \"relu\"?")
    #expect(
      error(
        Self.mismatched
      )?
      .location == "model, layer 1")
  }

  @Test func losses() throws {
    for (text, loss) in [
      ("squared", .squared()), ("squared:half=false", .squared(half: false)),
      ("mse", .squared(half: false, mean: true)),
      ("squared:half=true:mean=true", .squared(half: true, mean: true)), ("crossEntropy", .crossEntropy),
      ("logistic", .logistic),
    ] as [(String, NetworkLoss)] {
      #expect(try NetworkLoss(parsing: text) == loss)
      #expect(try NetworkLoss(parsing: loss.text) == loss)
    }
    for text in ["", "mse:half=true", "squared:half", "squared:half=1", "squared:half=true:half=true", "crossEntropy:"]
    {
      #expect(refusal { () throws(InputError) in _ = try NetworkLoss(parsing: text) }?.location == "loss", "\(text)")
    }
    #expect(
      refusal { () throws(InputError) in _ = try NetworkLoss(parsing: "crossentropy") }?.advice
        == "Did you mean \"crossEntropy\"?")
  }
}
