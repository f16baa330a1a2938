/// Data.
extension Citation {
  /// The 8 × 8 handwritten digits that the program brings along.
  public static let alpaydin = Citation(
    key: "alpaydin1998digits", type: "misc", shortName: "Alpaydin, Kaynak 1998",
    fields: [
      "author": "Alpaydin, Ethem and Kaynak, Cenk",
      "title": "Optical Recognition of Handwritten Digits", "howpublished": "UCI Machine Learning Repository",
      "year": "1998", "doi": "10.24432/C50P49", "note": "CC BY 4.0",
    ])

  /// MNIST.
  public static let lecun = Citation(
    key: "lecun1998gradient", type: "article", shortName: "LeCun, Bottou, Bengio, Haffner 1998",
    fields: [
      "author": "LeCun, Yann and Bottou, L{\\'e}on and Bengio, Yoshua and Haffner, Patrick",
      "title": "Gradient-Based Learning Applied to Document Recognition", "journal": "Proceedings of the IEEE",
      "volume": "86", "number": "11", "pages": "2278--2324", "year": "1998", "doi": "10.1109/5.726791",
    ])
}
