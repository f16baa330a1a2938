/// The colours of figures.
extension Citation {
  /// Colours of lines that colour-blind readers tell apart.
  public static let okabe = Citation(
    key: "okabe2008color", type: "misc", shortName: "Okabe, Ito 2008",
    fields: [
      "author": "Okabe, Masataka and Ito, Kei",
      "title":
        "Color Universal Design ({CUD}): How to Make Figures and Presentations That Are Friendly to Colorblind People",
      "howpublished": "J*FLY", "year": "2008", "url": "https://jfly.uni-koeln.de/color/",
    ])

  /// Shades of maps that colour-blind readers see as others do: "cividis".
  public static let nunez = Citation(
    key: "nunez2018optimizing", type: "article", shortName: "Nuñez, Anderton, Renslow 2018",
    fields: [
      "author": "Nu{\\~n}ez, Jamie R. and Anderton, Christopher R. and Renslow, Ryan S.",
      "title":
        "Optimizing Colormaps with Consideration for Color Vision Deficiency to Enable Accurate Interpretation of Scientific Data",
      "journal": "PLOS ONE", "volume": "13", "number": "7", "pages": "e0199239", "year": "2018",
      "doi": "10.1371/journal.pone.0199239",
    ])
}
