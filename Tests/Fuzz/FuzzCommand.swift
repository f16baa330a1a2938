import Foundation
import Fuzzing
import Numerics

/// The command line of `fuzz`, read.
struct FuzzCommand {
  private var readers: [FuzzReader] = []
  private var values: [String: String] = [:]

  private static let options = ["--count", "--from", "--jobs", "--memory", "--case", "--save", "--progress"]

  init(_ arguments: [String]) throws(InputError) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--help" {
        print(usage)
        exit(0)
      }
      guard argument.hasPrefix("--") else {
        guard let reader = FuzzReader.named(argument) else {
          throw InputError(
            "reader", expected: "the name of a reader", found: "\"\(argument)\"",
            advice: Suggestion.sentence(for: argument, among: FuzzReader.all.map(\.name)))
        }
        readers.append(reader)
        continue
      }
      guard Self.options.contains(argument), let value = rest.popFirst() else {
        throw InputError("option", expected: "an option and its value", found: argument)
      }
      values[argument] = value
    }
  }

  private func integer(_ option: String, default standard: Int) throws(InputError) -> Int {
    guard let text = values[option] else { return standard }
    guard let value = Int(text), (0..<1 << 31).contains(value) else {
      throw InputError(option, expected: "a whole number from 0", found: text)
    }
    return value
  }

  func run() throws(InputError) -> Int32 {
    let (count, first) = (try integer("--count", default: 1_000_000), try integer("--from", default: 0))
    if values["--case"] != nil { return try replay(try integer("--case", default: 0)) }
    let memory = try integer("--memory", default: 1_024)
    if let progress = values["--progress"], let reader = readers.first {
      FuzzWorker(reader: reader, progress: progress, memory: memory).run(first..<first + count)
    }
    let jobs = max(1, try integer("--jobs", default: ProcessInfo.processInfo.activeProcessorCount))
    var campaign = FuzzCampaign(readers: readers.isEmpty ? FuzzReader.all : readers, memory: memory)
    return campaign.run(first..<first + count, jobs: jobs) ? 0 : 1
  }

  private func replay(_ number: Int) throws(InputError) -> Int32 {
    guard let reader = readers.first, readers.count == 1 else {
      throw InputError("--case", expected: "one reader", found: "\(readers.count)")
    }
    if let path = values["--save"] {
      guard FileManager.default.createFile(atPath: path, contents: Data(reader.file(number))) else {
        throw InputError(path, expected: "a place where a file can be written", found: "none")
      }
    }
    let outcome = reader.run(number)
    print("\(reader.name), case \(number), \(reader.file(number).count) bytes: \(outcome)")
    if case .wrong = outcome { return 1 }
    return 0
  }
}
