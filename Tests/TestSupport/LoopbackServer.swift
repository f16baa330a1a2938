import Foundation
import Synchronization

/// A small HTTP server on the loopback interface, with the faults that real ones have.
public final class LoopbackServer: Sendable {
  /// What it does with a request.
  public struct Behaviour: Sendable {
    /// What stands at each path, without the leading slash.
    public var files: [String: [UInt8]]
    /// Whether it can begin in the middle of a file.
    public var servesRanges = true
    /// The connections, counted from 0, that break after so many bytes of content.
    public var cuts: [Int: Int] = [:]
    /// A status for the first so many requests, in place of an answer.
    public var refusals: (count: Int, status: String) = (0, "")
    /// After so many bytes of content the rest never comes.
    public var stallsAfter: Int?

    /// Serves files without faults.
    public init(_ files: [String: [UInt8]]) { self.files = files }
  }

  /// A request: its path, and where in the file it asks to begin.
  public struct Request: Sendable, Equatable {
    /// Without the leading slash.
    public var path: String
    /// The first byte that it asks for.
    public var offset: Int

    /// Describes a request.
    public init(_ path: String, from offset: Int = 0) {
      self.path = path
      self.offset = offset
    }
  }

  private let behaviour: Behaviour
  private let listener: Int32
  private let log = Mutex<[Request]>([])
  private let isOpen = Mutex(true)
  /// Its root as a URL.
  public let url: String

  /// The requests so far.
  public var requests: [Request] { log.withLock { $0 } }

  /// Begins to serve at a port of the system's choice.
  public init(_ behaviour: Behaviour) {
    self.behaviour = behaviour
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let port = withUnsafeMutableBytes(of: &address) { bytes -> UInt16 in
      guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
        bind(listener, address, size) == 0, listen(listener, 16) == 0, getsockname(listener, address, &size) == 0
      else { fatalError("no port for the test: \(errno)") }
      return UInt16(bytes[2]) << 8 | UInt16(bytes[3])
    }
    url = "http://127.0.0.1:\(port)/"
    // Not retained by its own thread: the server ends when its test does.
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        guard let self, self.isOpen.withLock({ $0 }) else {
          close(connection)
          return
        }
        let number = self.log.withLock { $0.count }
        self.answer(connection, number: number)
      }
    }
  }

  deinit { stop() }

  /// Refuses connections from now on.
  public func stop() {
    isOpen.withLock { isOpen in
      guard isOpen else { return }
      isOpen = false
      shutdown(listener, Int32(SHUT_RDWR))
      close(listener)
    }
  }

  private func answer(_ connection: Int32, number: Int) {
    let head = head(of: connection)
    let words = head.split(separator: " ")
    guard words.count > 1 else {
      close(connection)
      return
    }
    let path = String(words[1].dropFirst())
    let range = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("range: bytes=") }
    let offset = range.flatMap { Int($0.dropFirst("range: bytes=".count).prefix { $0 != "-" }) } ?? 0
    log.withLock { $0.append(Request(path, from: offset)) }
    guard number >= behaviour.refusals.count else {
      return finish(connection, "HTTP/1.1 \(behaviour.refusals.status)\r\nContent-Length: 0\r\n\r\n")
    }
    guard let file = behaviour.files[path] else {
      return finish(connection, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    }
    let begin = behaviour.servesRanges ? offset : 0
    guard begin == 0 || begin < file.count else {
      let header = "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */\(file.count)\r\n"
      return finish(connection, header + "Content-Length: 0\r\n\r\n")
    }
    let status =
      begin > 0
      ? "206 Partial Content\r\nContent-Range: bytes \(begin)-\(file.count - 1)/\(file.count)" : "200 OK"
    let header = "HTTP/1.1 \(status)\r\nContent-Length: \(file.count - begin)\r\nConnection: close\r\n\r\n"
    send(Array(header.utf8), to: connection)
    let content = file[begin...]
    send(Array(content.prefix(behaviour.stallsAfter ?? behaviour.cuts[number] ?? content.count)), to: connection)
    // Whoever waits for the rest has to give up first.
    if behaviour.stallsAfter != nil { _ = self.head(of: connection) }
    close(connection)
  }

  private func finish(_ connection: Int32, _ text: String) {
    send(Array(text.utf8), to: connection)
    close(connection)
  }

  /// What comes until an empty line or the end.
  private func head(of connection: Int32) -> String {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while !bytes.suffix(4).elementsEqual([13, 10, 13, 10]), recv(connection, &byte, 1, 0) == 1 { bytes.append(byte) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func send(_ bytes: [UInt8], to connection: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
