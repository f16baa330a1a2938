import Descent
import Formats
import Numerics
import Objectives

/// A researcher's own question: one problem, one optimiser, many seeds.
///
/// Read from JSON; everything that is wrong with the text is said at once, each with its path, before anything runs.
public struct Spec: Sendable {
  /// What the user calls it.
  public var name: String
  /// n vectors and φ.
  public var objective: AutoencoderObjective
  /// Whether the data vectors are orthonormal, so that the O(b) engine serves.
  public var isOrthonormal: Bool
  /// Where replicas begin.
  public var start: Start
  /// How they descend.
  public var options: DescentOptions
  /// When a run counts as converged: 1 − max cos at most this; nil runs the whole budget.
  public var tolerance: Double?
  /// How often stopping rules are asked.
  public var checkEvery: Int
  /// How many trials.
  public var trials: Int
  /// How often series are recorded.
  public var recordEvery: Int
  /// The measures recorded along the way, by name.
  public var series: [String]
  /// The measures recorded at the end, by name.
  public var finals: [String]
  /// The settings as they were understood, for the record.
  public var settings: [Record.Setting]

  /// Where replicas begin.
  public enum Start: Sendable {
    /// w₀ uniform on a sphere.
    case sphere(norm: Double)
    /// Gaussian entries with E‖w₀‖² = norm².
    case gaussian(norm: Double)
    /// cᵢ and ‖w_⊥‖; orthonormal data only.
    case coefficients([Double], perpendicular: Double)
    /// w₀ itself.
    case parameters([Double])
  }

  /// What can be recorded, by name.
  public static let measures = [
    "maxCosine", "misalignment", "selectedIndex", "lossGap", "squaredNorm", "activeEnergy", "runnerUpRatio", "logRatio",
    "coefficients",
  ]

  /// Those of them that a series can hold: single numbers.
  public static let seriesMeasures = measures.filter { $0 != "coefficients" }

  /// The largest number of trials: what the records of a run may take in memory.
  static let largestTrials = 10_000_000

  /// The largest number of entries of a data matrix: 400 MB.
  static let largestData = 50_000_000

  /// Reads a spec file. Paths in it are relative to its folder.
  ///
  /// - Throws: `SpecProblems` with everything that is wrong.
  public static func read(_ path: String) throws(SpecProblems) -> Spec {
    let tree: JSONTree
    do throws(InputError) {
      tree = try JSONTree(parsing: try InputFile.read(path), location: path)
    } catch {
      throw SpecProblems(path: path, problems: [error])
    }
    guard case .object = tree else {
      let problem = InputError(path, expected: "a spec, which is a JSON object", found: tree.summary)
      throw SpecProblems(path: path, problems: [problem])
    }
    let problems = SpecReader.ProblemList()
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    guard let spec = Spec(SpecReader(tree, path: "", problems: problems), folder: folder), problems.found.isEmpty else {
      throw SpecProblems(path: path, problems: problems.found)
    }
    return spec
  }
}

/// Everything that is wrong with a spec.
public struct SpecProblems: Error, Sendable {
  /// The spec file.
  public var path: String
  /// The problems in the order in which they were found.
  public var problems: [InputError]
}
