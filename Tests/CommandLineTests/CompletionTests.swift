import Foundation
import Testing

/// Completion by the shells themselves, and the manual page by the programs that read it.
@Suite("Completions and the manual page") struct CompletionTests {
  private static let files = ["a.basin", "spec.json", "w.npz", "with space.basin"]

  /// What bash offers for command lines whose last word is being written.
  private func bash(_ lines: [[String]]) throws -> [[String]] {
    try BuiltProgram.withDirectory(Dictionary(uniqueKeysWithValues: Self.files.map { ($0, "") })) { directory in
      let calls = lines.map { "complete_line " + (["basin"] + $0).map { "'\($0)'" }.joined(separator: " ") }
      let script = """
        mkdir sub
        source <("$BASIN" completions bash)
        function=$(complete -p basin); function=${function#*-F }; function=${function%% *}
        complete_line() {
          COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=()
          "$function"
          local IFS='|'; echo "${COMPREPLY[*]}"
        }
        \(calls.joined(separator: "\n"))
        """
      let outcome = try BuiltProgram.shell(script, in: directory)
      #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
      return outcome.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { line in
        line.split(separator: "|").map(String.init)
      }
    }
  }

  @Test("bash completes commands, options, their values, operands and files") func bash() throws {
    let cases: [(words: [String], offers: [String])] = [
      (["re"], ["report", "reproduce"]), (["--v"], ["--version"]), (["help", "di"], ["diagnose"]),
      (["run", "--s"], ["--schema", "--set", "--shard", "--shards", "--store"]),
      (["run", ""], ["spec.json", "sub"]), (["run", "--quiet", ""], ["spec.json", "sub"]),
      (["run", "--store", "a"], ["a.basin"]), (["run", "--store", "=", "w"], ["with space.basin"]),
      (["run", "--store", "="], ["a.basin", "sub", "with space.basin"]),
      (["run", "--only", "failed,in"], ["failed,interrupted"]), (["run", "--jobs", ""], []),
      (["merge", "a.basin", "w"], ["with space.basin"]), (["export", "--format", "n"], ["npz"]),
      (["export", "--table", "=", "s"], ["series", "states"]), (["data", ""], ["fetch", "inspect"]),
      (["data", "fetch", "mn"], ["mnist"]), (["data", "--out", "sub", "fetch", "ci"], ["cifar10"]),
      (["data", "--out", "=", "sub", "fetch", "ci"], ["cifar10"]), (["reproduce", "sup"], ["support"]),
      (["reproduce", "support", "auto"], ["autoencoder"]), (["reproduce", "--out", ""], ["sub"]),
      (["diagnose", "--measure", "trace,lay"], ["trace,layers"]), (["diagnose", "--weights", ""], ["sub", "w.npz"]),
      (["stability", "--problem", "wu"], ["wu-ma-e"]), (["cite", "--method", "xTr"], ["xTrace"]),
      (["cite", "s"], ["sparse-features", "spec.json", "stability", "sub", "support"]),
      (["completions", "f"], ["fish"]), (["manual", ""], []), (["nonsense", ""], []),
    ]
    let found = try bash(cases.map(\.words))
    #expect(found.count == cases.count)
    for (one, offers) in zip(cases, found) { #expect(offers.sorted() == one.offers, "\(one.words)") }
  }

  @Test("bash offers the commands and options of the help, all of them") func complete() throws {
    let commands = try bash([[""]])[0].filter { !$0.hasPrefix("-") && $0 != "help" }
    #expect(commands.count > 10)
    for (command, options) in zip(commands, try bash(commands.map { [$0, "-"] })) {
      let help = try BuiltProgram.run([command, "--help"]).output
      let listed = help.matches(of: /(?m)^  (--[a-z-]+)/).map { String($0.1) }
      #expect(options == listed, "\(command)")
    }
  }

  @Test("zsh and fish read their scripts, and fish completes") func others() throws {
    try BuiltProgram.withDirectory { directory in
      for shell in ["zsh", "fish"] where BuiltProgram.command(shell) != nil {
        let check = try BuiltProgram.shell(
          "\"$BASIN\" completions \(shell) > script && \(shell) -n script", in: directory)
        #expect(check.status == 0 && check.errors.isEmpty, "\(check.errors)")
      }
      guard BuiltProgram.command("fish") != nil else { return }
      for (line, offers) in [
        ("basin ru", ["run"]), ("basin run --st", ["--store"]), ("basin export --format ", ["csv", "jsonl", "npz"]),
        ("basin reproduce au", ["autoencoder"]), ("basin diagnose --measure trace,la", ["trace,layers"]),
        ("basin data fetch mn", ["mnist"]), ("basin help dia", ["diagnose"]),
      ] {
        let outcome = try BuiltProgram.shell("fish -c \"source script; complete -C '\(line)'\"", in: directory)
        let found = outcome.output.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
        #expect(Set(found).isSuperset(of: offers), "\(line): \(outcome.output) \(outcome.errors)")
      }
    }
  }

  @Test("the manual page has every command and option, and no warnings") func manual() throws {
    let page = try BuiltProgram.run(["manual"]).output
    #expect(page.utf8.allSatisfy { $0 < 128 })
    let help = try BuiltProgram.run(["--help"]).output
    let commands = help.matches(of: /(?m)^  ([a-z]+)  +[A-Z]/).map { String($0.1) }
    #expect(commands.count > 10)
    for command in commands {
      #expect(page.contains("\n.SS basin \(command)\n"))
      for option in try BuiltProgram.run([command, "--help"]).output.matches(of: /(?m)^  (--[a-z-]+)/) {
        #expect(page.contains(".TP\n\\fB\(option.1.replacing("-", with: "\\-"))\\fR"), "\(option.1)")
      }
    }
    try BuiltProgram.withDirectory(["basin.1": page]) { directory in
      if BuiltProgram.command("groff") != nil {
        let outcome = try BuiltProgram.shell("groff -man -ww -Tutf8 basin.1 > page", in: directory)
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        // What is not ASCII is there again.
        let text = try String(contentsOf: directory.appending(path: "page"), encoding: .utf8)
        #expect(text.contains("η_meanSquare") && text.contains("(r₀/R)^κ"))
      }
      if BuiltProgram.command("man") != nil {
        let outcome = try BuiltProgram.shell(
          "man -l --warnings basin.1 > page", in: directory, environment: ["LC_ALL": "C.UTF-8"])
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
      }
      if BuiltProgram.command("mandoc") != nil {
        // Without a release there is no date.
        let outcome = try BuiltProgram.shell("mandoc -Tlint -Wwarning basin.1 | grep -v 'missing date'", in: directory)
        #expect(outcome.output.isEmpty, "\(outcome.output)")
      }
    }
  }

  @Test("wrong input is refused") func refusals() throws {
    for (arguments, error) in [
      (["completions"], "basin completions: expected one shell, found none."),
      (
        ["completions", "fishh"], "basin completions: expected bash, zsh, fish, found \"fishh\". Did you mean \"fish\"?"
      ),
      (["manual", "run"], "basin manual: expected nothing behind it, found \"run\". The page has all commands"),
    ] {
      let outcome = try BuiltProgram.run(arguments)
      #expect(outcome.status == 2 && outcome.output.isEmpty)
      #expect(outcome.errors.hasPrefix("basin: error: \(error)"), "\(outcome.errors)")
    }
  }

  @Test("make install puts the page and the scripts where they are looked for") func install() throws {
    guard BuiltProgram.command("make") != nil else { return }
    try BuiltProgram.withDirectory { directory in
      let outcome = try BuiltProgram.shell(
        "make -s -C '\(BuiltProgram.root.path)' install BASIN=\"$BASIN\" PREFIX=\"$PWD/p\"", in: directory)
      #expect(outcome.status == 0, "\(outcome.errors)")
      for (file, arguments) in [
        ("share/man/man1/basin.1", ["manual"]),
        ("share/bash-completion/completions/basin", ["completions", "bash"]),
        ("share/zsh/site-functions/_basin", ["completions", "zsh"]),
        ("share/fish/vendor_completions.d/basin.fish", ["completions", "fish"]),
      ] {
        let text = try String(contentsOf: directory.appending(path: "p/\(file)"), encoding: .utf8)
        #expect(text == (try BuiltProgram.run(arguments).output), "\(file)")
      }
      #expect(FileManager.default.isExecutableFile(atPath: directory.appending(path: "p/bin/basin").path))
    }
  }
}
