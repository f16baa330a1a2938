/// What was computed, in order, with the derivative of every result by its operands: enough to hand derivatives back.
public final class Tape {
  /// A result: its operands, and its derivatives by them.
  @usableFromInline
  struct Entry {
    @usableFromInline let first: Int
    @usableFromInline let second: Int
    @usableFromInline let alongFirst: DualNumber
    @usableFromInline let alongSecond: DualNumber

    @inlinable
    init(first: Int, second: Int, alongFirst: DualNumber, alongSecond: DualNumber) {
      self.first = first
      self.second = second
      self.alongFirst = alongFirst
      self.alongSecond = alongSecond
    }
  }

  @usableFromInline var entries: [Entry] = []
  @usableFromInline var adjoints: [DualNumber] = []

  @inlinable init() {}

  /// Forgets all but the memory; what comes next is number 0.
  @inlinable func removeAll() { entries.removeAll(keepingCapacity: true) }

  @inlinable
  func append(_ first: Int, _ alongFirst: DualNumber, _ second: Int, _ alongSecond: DualNumber) -> Int {
    entries.append(Entry(first: first, second: second, alongFirst: alongFirst, alongSecond: alongSecond))
    return entries.count - 1
  }

  /// Hands the derivative 1 of the result `root` back to all before it.
  @inlinable
  func reverse(from root: Int) {
    adjoints.removeAll(keepingCapacity: true)
    for _ in entries.indices { adjoints.append(DualNumber(0)) }
    adjoints[root] = DualNumber(1)
    for place in (0...root).reversed() {
      let adjoint = adjoints[place]
      // A branch that was not taken has no part in the result, even where its own derivative is infinite.
      if adjoint.value == 0, adjoint.tangent == 0 { continue }
      let entry = entries[place]
      if entry.first >= 0 { adjoints[entry.first] += adjoint * entry.alongFirst }
      if entry.second >= 0 { adjoints[entry.second] += adjoint * entry.alongSecond }
    }
  }
}

/// A number that writes what is computed with it on a tape, from which derivatives are read backwards; numbers on the tape are
/// dual, so that derivatives carry their own derivative along a direction.
///
/// It belongs to one evaluation of one loss: don't keep it.
@frozen
public struct TapeScalar: DifferentiableScalar {
  @usableFromInline let number: DualNumber
  /// Its place on the tape, −1 for a constant.
  @usableFromInline let place: Int
  @usableFromInline let tape: Tape?

  @inlinable
  init(_ number: DualNumber, place: Int, tape: Tape?) {
    self.number = number
    self.place = place
    self.tape = tape
  }

  /// A number that is on no tape.
  @inlinable public init(_ constant: Double) { self.init(DualNumber(constant), place: -1, tape: nil) }

  @inlinable
  static func made(
    _ number: DualNumber, _ x: TapeScalar, _ alongX: DualNumber, _ y: TapeScalar, _ alongY: DualNumber
  ) -> TapeScalar {
    guard let tape = x.tape ?? y.tape else { return TapeScalar(number, place: -1, tape: nil) }
    return TapeScalar(number, place: tape.append(x.place, alongX, y.place, alongY), tape: tape)
  }

  /// The sum.
  @inlinable
  public static func + (x: TapeScalar, y: TapeScalar) -> TapeScalar {
    made(x.number + y.number, x, DualNumber(1), y, DualNumber(1))
  }

  /// The difference.
  @inlinable
  public static func - (x: TapeScalar, y: TapeScalar) -> TapeScalar {
    made(x.number - y.number, x, DualNumber(1), y, DualNumber(-1))
  }

  /// The product.
  @inlinable
  public static func * (x: TapeScalar, y: TapeScalar) -> TapeScalar {
    made(x.number * y.number, x, y.number, y, x.number)
  }

  /// The quotient.
  @inlinable
  public static func / (x: TapeScalar, y: TapeScalar) -> TapeScalar {
    let quotient = x.number / y.number
    return made(quotient, x, DualNumber(1) / y.number, y, DualNumber(0) - quotient / y.number)
  }

  /// f(x).
  @inlinable
  public func applying(_ function: ElementaryFunction) -> TapeScalar {
    let result = number.applying(function)
    guard let tape else { return TapeScalar(result, place: -1, tape: nil) }
    let place = tape.append(place, number.derivative(function, result.value), -1, DualNumber(0))
    return TapeScalar(result, place: place, tape: tape)
  }

  /// Compares values.
  @inlinable public static func < (x: TapeScalar, y: TapeScalar) -> Bool { x.number < y.number }
  /// Compares values.
  @inlinable public static func == (x: TapeScalar, y: TapeScalar) -> Bool { x.number == y.number }
}
