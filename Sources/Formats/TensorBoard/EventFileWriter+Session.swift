import Numerics

/// What TensorBoard's HParams dashboard knows of a run, its "session": plugin_data.proto of
/// https://github.com/tensorflow/tensorboard/tree/master/tensorboard/plugins/hparams.
extension EventFileWriter {
  /// Says with which settings the run was made; at the beginning, before any scalar.
  ///
  /// - Parameters:
  ///   - group: runs of one group are one row of the dashboard's table; their settings have to be the same.
  ///   - settings: names with values; what is neither a number, a truth value nor text is written as JSON.
  /// - Throws: ``InputError`` for a file that cannot be written.
  public mutating func beginSession(
    group: String, settings: [(name: String, value: JSON)]
  ) throws(InputError) {
    var start = ProtobufMessage()
    for (name, value) in settings {
      var entry = ProtobufMessage()
      entry.append(name, as: 1)
      entry.append(Self.value(value), as: 2)
      start.append(entry, as: 1)
    }
    start.append(group, as: 4)
    var data = ProtobufMessage()
    data.append(start, as: 3)
    try write(step: 0, Self.summary("_hparams_/session_start_info", data))
  }

  /// Says how the run ended; at the end.
  ///
  /// - Parameters:
  ///   - step: the last step, whose wall time is the session's end.
  ///   - succeeded: the dashboard tells runs that did from those that failed.
  /// - Throws: ``InputError`` for a file that cannot be written.
  public mutating func endSession(step: Int, succeeded: Bool) throws(InputError) {
    var end = ProtobufMessage()
    end.append(succeeded ? 1 : 2, as: 1)
    end.append(Double(step), as: 2)
    var data = ProtobufMessage()
    data.append(end, as: 4)
    try write(step: step, Self.summary("_hparams_/session_end_info", data))
  }

  /// A `google.protobuf.Value`.
  private static func value(_ value: JSON) -> ProtobufMessage {
    var message = ProtobufMessage()
    switch value {
    case .integer(let number): message.append(Double(number), as: 2)
    case .number(let number): message.append(number, as: 2)
    case .string(let text): message.append(text, as: 3)
    case .bool(let isTrue): message.append(isTrue, as: 4)
    default: message.append(value.text, as: 3)
    }
    return message
  }

  /// A summary that says nothing but its metadata; its tensor is an empty vector of floats.
  private static func summary(_ tag: String, _ data: ProtobufMessage) -> ProtobufMessage {
    var plugin = ProtobufMessage()
    plugin.append("hparams", as: 1)
    plugin.append(data, as: 2)
    var metadata = ProtobufMessage()
    metadata.append(plugin, as: 1)
    var shape = ProtobufMessage()
    shape.append(ProtobufMessage(), as: 2)
    var tensor = ProtobufMessage()
    tensor.append(1, as: 1)
    tensor.append(shape, as: 2)
    var value = ProtobufMessage()
    value.append(tag, as: 1)
    value.append(tensor, as: 8)
    value.append(metadata, as: 9)
    var summary = ProtobufMessage()
    summary.append(value, as: 1)
    return summary
  }
}
