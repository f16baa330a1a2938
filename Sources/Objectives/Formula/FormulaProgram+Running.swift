import Foundation

/// Where a program computes: values, and derivatives of the loss along them (adjoints), each with the part that a small step in a
/// direction adds (tangents).
struct FormulaRegisters {
  let values: UnsafeMutablePointer<Double>
  let adjoints: UnsafeMutablePointer<Double>
  let tangents: UnsafeMutablePointer<Double>
  let adjointTangents: UnsafeMutablePointer<Double>

  init(_ base: UnsafeMutablePointer<Double>, count: Int) {
    values = base
    adjoints = base + count
    tangents = base + 2 * count
    adjointTangents = base + 3 * count
  }
}

typealias FormulaInstructions = UnsafeBufferPointer<FormulaInstruction>

/// Values, and gradients by reverse mode.
extension FormulaInstruction {
  /// Computes values and clears adjoints.
  @inline(__always)
  static func run(_ instructions: FormulaInstructions, _ registers: FormulaRegisters) {
    let values = registers.values
    for line in instructions {
      let target = Int(line.target)
      values[target] = line.operation.value(values[Int(line.first)], values[Int(line.second)])
      registers.adjoints[target] = 0
    }
  }

  /// Hands adjoints back from results to operands.
  @inline(__always)
  static func reverse(_ instructions: FormulaInstructions, _ registers: FormulaRegisters) {
    let (values, adjoints) = (registers.values, registers.adjoints)
    var place = instructions.count
    while place > 0 {
      place -= 1
      let line = instructions[place]
      let (first, second, target) = (Int(line.first), Int(line.second), Int(line.target))
      let adjoint = adjoints[target]
      switch line.operation {
      case .add:
        adjoints[first] += adjoint
        adjoints[second] += adjoint
      case .subtract:
        adjoints[first] += adjoint
        adjoints[second] -= adjoint
      case .multiply:
        let (x, y) = (values[first], values[second])
        adjoints[first] += adjoint * y
        adjoints[second] += adjoint * x
      case .square: adjoints[first] += 2 * adjoint * values[first]
      case .negate: adjoints[first] -= adjoint
      case .maximum, .minimum:
        adjoints[isFirst(line.operation, values[first], values[second]) ? first : second] += adjoint
      case .constant, .parameter, .column: break
      // A branch that was not taken has no part in the result, even where its own derivative is infinite.
      case _ where adjoint == 0: break
      case .divide:
        let quotient = adjoint / values[second]
        adjoints[first] += quotient
        adjoints[second] -= quotient * values[target]
      case .power:
        adjoints[first] += adjoint * PowerFunction.alongBase(values[first], values[second])
        adjoints[second] += adjoint * PowerFunction.alongExponent(values[first], values[target])
      case .fixedPower: adjoints[first] += adjoint * PowerFunction.alongBase(values[first], values[second])
      case .function(let function):
        adjoints[first] += adjoint * function.derivative(at: values[first], value: values[target])
      }
    }
  }

  /// Which operand a maximum or minimum is; the first where they are equal.
  @inline(__always)
  static func isFirst(_ operation: FormulaOperation, _ x: Double, _ y: Double) -> Bool {
    operation == .maximum ? x >= y || x.isNaN : x <= y || x.isNaN
  }
}

/// Hessian-vector products: reverse mode on numbers that carry their derivative along a direction.
extension FormulaInstruction {
  /// Computes values and tangents, and clears adjoints.
  static func runTangents(_ instructions: FormulaInstructions, _ registers: FormulaRegisters) {
    let (values, tangents) = (registers.values, registers.tangents)
    for line in instructions {
      let (first, second, target) = (Int(line.first), Int(line.second), Int(line.target))
      let (x, y) = (values[first], values[second])
      let (dx, dy) = (tangents[first], tangents[second])
      let value = line.operation.value(x, y)
      values[target] = value
      switch line.operation {
      case .add: tangents[target] = dx + dy
      case .subtract: tangents[target] = dx - dy
      case .multiply: tangents[target] = dx * y + x * dy
      case .divide: tangents[target] = (dx - value * dy) / y
      case .square: tangents[target] = 2 * x * dx
      case .negate: tangents[target] = -dx
      case .maximum, .minimum: tangents[target] = isFirst(line.operation, x, y) ? dx : dy
      case .power:
        tangents[target] =
          scaled(dx) { PowerFunction.alongBase(x, y) } + scaled(dy) { PowerFunction.alongExponent(x, value) }
      case .fixedPower: tangents[target] = scaled(dx) { PowerFunction.alongBase(x, y) }
      case .function(let function): tangents[target] = scaled(dx) { function.derivative(at: x, value: value) }
      case .constant, .parameter, .column: break
      }
      registers.adjoints[target] = 0
      registers.adjointTangents[target] = 0
    }
  }

  /// Hands adjoints and their tangents back from results to operands.
  static func reverseTangents(_ instructions: FormulaInstructions, _ registers: FormulaRegisters) {
    let (values, tangents) = (registers.values, registers.tangents)
    let (adjoints, adjointTangents) = (registers.adjoints, registers.adjointTangents)
    for line in instructions.reversed() {
      let (first, second, target) = (Int(line.first), Int(line.second), Int(line.target))
      let (x, y) = (values[first], values[second])
      let (dx, dy) = (tangents[first], tangents[second])
      let (a, da) = (adjoints[target], adjointTangents[target])
      /// Adds adjoint · factor, and what the direction makes of it.
      func add(_ operand: Int, _ factor: Double, _ change: Double) {
        adjoints[operand] += scaled(a) { factor }
        adjointTangents[operand] += scaled(da) { factor } + scaled(a) { change }
      }
      switch line.operation {
      case .add:
        add(first, 1, 0)
        add(second, 1, 0)
      case .subtract:
        add(first, 1, 0)
        add(second, -1, 0)
      case .multiply:
        add(first, y, dy)
        add(second, x, dx)
      case .square: add(first, 2 * x, 2 * dx)
      case .negate: add(first, -1, 0)
      case .maximum, .minimum: add(isFirst(line.operation, x, y) ? first : second, 1, 0)
      case .divide:
        let inverse = 1 / y
        let quotient = values[target] * inverse
        add(first, inverse, -dy * inverse * inverse)
        add(second, -quotient, (quotient * dy - tangents[target]) * inverse)
      case .power:
        let both = PowerFunction.alongBoth(x, y)
        add(
          first, PowerFunction.alongBase(x, y),
          scaled(dx) { PowerFunction.twiceAlongBase(x, y) } + scaled(dy) { both })
        add(
          second, PowerFunction.alongExponent(x, values[target]),
          scaled(dx) { both } + scaled(dy) { PowerFunction.twiceAlongExponent(x, values[target]) })
      case .fixedPower:
        add(first, PowerFunction.alongBase(x, y), scaled(dx) { PowerFunction.twiceAlongBase(x, y) })
      case .function(let function):
        let value = values[target]
        add(
          first, function.derivative(at: x, value: value),
          scaled(dx) { function.secondDerivative(at: x, value: value) })
      case .constant, .parameter, .column: break
      }
    }
  }

  /// scale · factor, and 0 where scale is 0, however large the factor is.
  @inline(__always)
  private static func scaled(_ scale: Double, _ factor: () -> Double) -> Double { scale == 0 ? 0 : scale * factor() }
}
