import Citations
import Claims

/// The publications of this study. Of the first the abstract and the beginning were read, and its authors' code.
extension Citation {
  static let beneventano = Citation(
    key: "beneventano2024support", type: "misc", shortName: "Beneventano, Pinto, Poggio 2024",
    fields: [
      "author": "Beneventano, Pierfrancesco and Pinto, Andrea and Poggio, Tomaso",
      "title": "How Neural Networks Learn the Support is an Implicit Regularization Effect of {SGD}", "year": "2024",
      "eprint": "2406.11110", "archivePrefix": "arXiv",
    ])
  static let beneventanoTrajectories = Citation(
    key: "beneventano2023trajectories", type: "misc", shortName: "Beneventano 2023",
    fields: [
      "author": "Beneventano, Pierfrancesco", "title": "On the Trajectories of {SGD} Without Replacement",
      "year": "2023", "eprint": "2312.16143", "archivePrefix": "arXiv",
    ])
  static let he = Citation(
    key: "he2015delving", type: "inproceedings", shortName: "He, Zhang, Ren, Sun 2015",
    fields: [
      "author": "He, Kaiming and Zhang, Xiangyu and Ren, Shaoqing and Sun, Jian",
      "title":
        "Delving Deep into Rectifiers: Surpassing Human-Level Performance on {ImageNet} Classification",
      "booktitle": "IEEE International Conference on Computer Vision", "pages": "1026--1034", "year": "2015",
      "doi": "10.1109/ICCV.2015.123",
    ])
  static let roy = Citation(
    key: "roy2007effective", type: "inproceedings", shortName: "Roy, Vetterli 2007",
    fields: [
      "author": "Roy, Olivier and Vetterli, Martin",
      "title": "The Effective Rank: A Measure of Effective Dimensionality",
      "booktitle": "15th European Signal Processing Conference", "pages": "606--610", "year": "2007",
    ])
  static let digits = Citation(
    key: "alpaydin1998digits", type: "misc", shortName: "Alpaydin, Kaynak 1998",
    fields: [
      "author": "Alpaydin, Ethem and Kaynak, Cenk",
      "title": "Optical Recognition of Handwritten Digits", "howpublished": "UCI Machine Learning Repository",
      "year": "1998", "doi": "10.24432/C50P49", "note": "CC BY 4.0",
    ])
  static let mnist = Citation(
    key: "lecun1998gradient", type: "article", shortName: "LeCun, Bottou, Bengio, Haffner 1998",
    fields: [
      "author": "LeCun, Yann and Bottou, L{\\'e}on and Bengio, Yoshua and Haffner, Patrick",
      "title": "Gradient-Based Learning Applied to Document Recognition", "journal": "Proceedings of the IEEE",
      "volume": "86", "number": "11", "pages": "2278--2324", "year": "1998", "doi": "10.1109/5.726791",
    ])
}
