/// Statistics and random numbers.
extension Citation {
  /// Intervals of proportions.
  public static let wilson = Citation(
    key: "wilson1927probable", type: "article", shortName: "Wilson 1927",
    fields: [
      "author": "Wilson, Edwin B.", "title": "Probable Inference, the Law of Succession, and Statistical Inference",
      "journal": "Journal of the American Statistical Association", "volume": "22", "number": "158",
      "pages": "209--212", "year": "1927",
      "doi": "10.1080/01621459.1927.10502953",
    ])

  /// The bootstrap.
  public static let efron = Citation(
    key: "efron1979bootstrap", type: "article", shortName: "Efron 1979",
    fields: [
      "author": "Efron, Bradley", "title": "Bootstrap Methods: Another Look at the Jackknife",
      "journal": "The Annals of Statistics",
      "volume": "7", "number": "1", "pages": "1--26", "year": "1979", "doi": "10.1214/aos/1176344552",
    ])

  /// Distribution-free intervals of quantiles, by order statistics.
  public static let david = Citation(
    key: "david2003order", type: "book", shortName: "David, Nagaraja 2003",
    fields: [
      "author": "David, H. A. and Nagaraja, H. N.", "title": "Order Statistics", "publisher": "Wiley", "edition": "3",
      "year": "2003", "doi": "10.1002/0471722162",
    ])

  /// Random walks whose drift falls with the distance.
  public static let menshikov = Citation(
    key: "menshikov2010rate", type: "article", shortName: "Menshikov, Wade 2010",
    fields: [
      "author": "Menshikov, Mikhail V. and Wade, Andrew R.",
      "title": "Rate of escape and central limit theorem for the supercritical {Lamperti} problem",
      "journal": "Stochastic Processes and their Applications", "volume": "120", "number": "10", "pages": "2078--2099",
      "year": "2010",
      "doi": "10.1016/j.spa.2010.06.004",
    ])

  /// Philox, the counter-based generator of every random number.
  public static let salmon = Citation(
    key: "salmon2011parallel", type: "inproceedings", shortName: "Salmon, Moraes, Dror, Shaw 2011",
    fields: [
      "author": "Salmon, John K. and Moraes, Mark A. and Dror, Ron O. and Shaw, David E.",
      "title": "Parallel Random Numbers: As Easy as 1, 2, 3",
      "booktitle": "International Conference for High Performance Computing, Networking, Storage and Analysis (SC)",
      "year": "2011",
      "doi": "10.1145/2063384.2063405",
    ])

  /// Random indices without bias.
  public static let lemire = Citation(
    key: "lemire2019fast", type: "article", shortName: "Lemire 2019",
    fields: [
      "author": "Lemire, Daniel", "title": "Fast Random Integer Generation in an Interval",
      "journal": "ACM Transactions on Modeling and Computer Simulation", "volume": "29", "number": "1", "year": "2019",
      "eprint": "1805.10941",
      "archivePrefix": "arXiv",
    ])

  /// Random subsets.
  public static let bentley = Citation(
    key: "bentley1987sample", type: "article", shortName: "Bentley, Floyd 1987",
    fields: [
      "author": "Bentley, Jon and Floyd, Bob", "title": "Programming Pearls: A Sample of Brilliance",
      "journal": "Communications of the ACM",
      "volume": "30", "number": "9", "pages": "754--757", "year": "1987", "doi": "10.1145/30401.315746",
    ])
}
