import Numerics

/// Writes an event file, which TensorBoard shows as one run, as its points come; `finish` gives it its name.
///
/// The file is a series of TFRecords, each an `Event` message. Numbers stand in single precision (`simple_value`), which is all that
/// TensorBoard's own reader keeps and the form that every other reader knows. An event's wall time is its step in seconds since 1970: times that
/// were measured would make other bytes of the same results. Memory: 256 KiB and the event at hand.
///
/// Sources: https://www.tensorflow.org/tutorials/load_data/tfrecord (records), event.proto and summary.proto of
/// https://github.com/tensorflow/tensorboard (messages).
public struct EventFileWriter: ~Copyable {
  /// The name of a file that TensorBoard reads in a run's folder, and by which an earlier export is known.
  public static let fileName = "events.out.tfevents.0.basin"

  private var stream: AtomicFileStream

  /// Begins a file, which is written as ``AtomicFileStream`` does.
  ///
  /// - Throws: ``InputError`` naming the path, with the system's words and advice.
  public init(_ path: String) throws(InputError) {
    var stream = try AtomicFileStream(path)
    var event = Self.event(step: 0)
    event.append("brain.Event:2", as: 3)
    try stream.write(Self.record(event))
    self.stream = stream
  }

  /// Writes the values of some scalars at a step.
  ///
  /// - Parameters:
  ///   - step: not negative, and not before that of an earlier point.
  ///   - scalars: tags with values, rounded to single precision; infinite and not-a-number ones are written as they are.
  /// - Throws: ``InputError`` for a file that cannot be written.
  public mutating func write(step: Int, _ scalars: [(tag: String, value: Double)]) throws(InputError) {
    var summary = ProtobufMessage()
    for (tag, value) in scalars {
      var entry = ProtobufMessage()
      entry.append(tag, as: 1)
      entry.append(Float(value), as: 2)
      summary.append(entry, as: 1)
    }
    try write(step: step, summary)
  }

  /// Gives the file its name.
  ///
  /// - Throws: ``InputError`` naming the path, with the system's words and advice.
  public consuming func finish() throws(InputError) { try stream.commit() }

  /// Writes an event with a `Summary`.
  mutating func write(step: Int, _ summary: ProtobufMessage) throws(InputError) {
    var event = Self.event(step: step)
    event.append(summary, as: 5)
    try stream.write(Self.record(event))
  }

  private static func event(step: Int) -> ProtobufMessage {
    var event = ProtobufMessage()
    event.append(Double(step), as: 1)
    event.append(step, as: 2)
    return event
  }

  /// A record: the length of an event, the checksum of that, the event, its checksum.
  private static func record(_ event: ProtobufMessage) -> [UInt8] {
    var record = LittleEndianBytes()
    record.append(UInt64(event.bytes.count))
    record.append(CRC32C.masked(record.bytes))
    record.bytes += event.bytes
    record.append(CRC32C.masked(event.bytes))
    return record.bytes
  }
}
