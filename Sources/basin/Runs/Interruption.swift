import Foundation
import Synchronization

/// A polite stop: the first SIGINT or SIGTERM asks the command to end at the next good place and to keep what it has; a
/// second one ends it at once.
enum Interruption {
  /// The exit status of an interrupted command: 128 + SIGINT, as shells count.
  static let status: Int32 = 130

  private static let wasRequested = Atomic<Bool>(false)

  /// Whether the command should end.
  static var isRequested: Bool { wasRequested.load(ordering: .relaxed) }

  /// Begins to listen. A signal that whoever started the program has told it to ignore stays ignored, as for jobs in a
  /// shell's background.
  static func listen() {
    for number in [SIGINT, SIGTERM] {
      var present = sigaction()
      sigaction(number, nil, &present)
      if unsafeBitCast(present.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
        continue
      }
      // A handler may do little: it notes the wish and gives both signals their usual meaning back, so that the second
      // ends the command whichever it is.
      signal(number) { _ in
        Interruption.wasRequested.store(true, ordering: .relaxed)
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
      }
    }
  }
}
