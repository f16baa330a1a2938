import Formats
import Foundation
import Numerics

extension ImageSamples {
  /// 1,797 handwritten digits of 8 × 8 pixels, ten classes; numbers from 0 to 1 in steps of 1/16.
  ///
  /// The test part of "Optical Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak (UCI Machine Learning Repository 1998,
  /// doi:10.24432/C50P49, CC BY 4.0), in the order of scikit-learn's copy. It is part of the program. Unpacked once, then shared.
  ///
  /// Images of one writer follow each other: shuffle before splitting.
  public static let digits: ImageSamples = {
    let count = 1797
    do throws(InputError) {
      let packed = [UInt8](Data(base64Encoded: embeddedDigits) ?? Data())
      let bytes = try DataText.inflated(packed, location: "digits")
      precondition(bytes.count == 65 * count, "the embedded digits are whole")
      return ImageSamples(
        height: 8, width: 8, pixels: bytes.prefix(64 * count).map { Double($0) / 16 },
        classes: bytes.suffix(count).map { Int($0) }, classCount: 10)
    } catch {
      preconditionFailure("the embedded digits are sound: \(error)")
    }
  }()
}
