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

  /// CIFAR-10.
  public static let krizhevsky = Citation(
    key: "krizhevsky2009learning", type: "techreport", shortName: "Krizhevsky 2009",
    fields: [
      "author": "Krizhevsky, Alex", "title": "Learning Multiple Layers of Features from Tiny Images",
      "institution": "University of Toronto", "year": "2009",
    ])

  /// LIBSVM's text format of sparse samples.
  public static let chang = Citation(
    key: "chang2011libsvm", type: "article", shortName: "Chang, Lin 2011",
    fields: [
      "author": "Chang, Chih-Chung and Lin, Chih-Jen", "title": "{LIBSVM}: A Library for Support Vector Machines",
      "journal": "ACM Transactions on Intelligent Systems and Technology", "volume": "2", "number": "3",
      "pages": "27:1--27:27", "year": "2011", "doi": "10.1145/1961189.1961199",
    ])
}
