import COpenBLAS

/// Vectors, factorisations and spectra in double precision, over BLAS and LAPACK as OpenBLAS provides them.
///
/// The factorisations check what they are given: LAPACK never sees NaN or infinity (some of its routines do not return then), and each of
/// its failure codes becomes an ``InputError`` that says what it means.
public enum LinearAlgebra {
  /// Sets how many threads OpenBLAS uses from now on, in the whole process.
  ///
  /// OpenBLAS starts with one thread a core. Work that is already spread over cores should set 1: threads inside threads slow each other
  /// down, and with one thread the last bits of a result do not depend on the number of cores. Not safe while another
  /// thread is inside a function of this module: call it once, at the start.
  ///
  /// - Precondition: `count ≥ 1`.
  public static func useThreads(_ count: Int) {
    precondition(count >= 1 && count <= Int(Int32.max), "at least one thread")
    openblas_set_num_threads(Int32(count))
  }

  /// How many threads OpenBLAS uses now.
  public static var threads: Int { Int(openblas_get_num_threads()) }

  /// Throws unless all entries are finite.
  static func requireFinite(_ matrix: Matrix, _ location: String) throws(InputError) {
    try requireFinite(matrix.storage, location) { index in
      "row \(index / matrix.columns), column \(index % matrix.columns)"
    }
  }

  /// Throws unless all entries are finite; `place` names the position of one in the message.
  static func requireFinite(
    _ values: [Double], _ location: String, place: (Int) -> String = { "index \($0)" }
  ) throws(InputError) {
    guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
    throw InputError(
      location, expected: "finite numbers", found: "\(values[index]) at \(place(index))",
      advice: "Has the run that produced them diverged?")
  }

  /// Throws unless the matrix is square, and returns its order as LAPACK counts it.
  static func requireSquare(_ matrix: Matrix, _ location: String) throws(InputError) -> Int32 {
    guard matrix.rows == matrix.columns else {
      throw InputError(location, expected: "a square matrix", found: "\(matrix.rows) × \(matrix.columns)")
    }
    return try lapackInteger(matrix.rows, location)
  }

  /// An option of LAPACK's, which names them by letters.
  static func lapackFlag(_ letter: Unicode.Scalar) -> CChar { CChar(UInt8(ascii: letter)) }

  /// A size as LAPACK counts it.
  static func lapackInteger(_ size: Int, _ location: String) throws(InputError) -> Int32 {
    guard let result = Int32(exactly: size) else {
      throw InputError(
        location, expected: "sides up to \(Int32.max), LAPACK's largest integer", found: "\(size)")
    }
    return result
  }

  /// The error for a status of LAPACK that valid input cannot cause, other than a lack of memory.
  static func failure(_ routine: String, status: Int32, _ location: String, meaning: String) -> InputError {
    switch status {
    case -1010, -1011:
      InputError(
        location, expected: "enough memory for LAPACK's \(routine)", found: "an allocation that failed",
        advice: "Take a smaller matrix.")
    default:
      InputError(
        location, expected: "a matrix that LAPACK's \(routine) can treat", found: "\(meaning) (code \(status))")
    }
  }
}
