/// Files written by PyTorch 2.15.0, safetensors 0.8.0 and NumPy 2.4.6, in base 64: the weights of
/// `torch.manual_seed(0); nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))`, and what PyTorch finds with
/// them.
enum TorchFiles {
  /// safetensors.torch.save(model.state_dict()).
  static let sequential =
    "AAEAAAAAAAB7IjAuYmlhcyI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbNF0sImRhdGFfb2Zmc2V0cyI6WzAsMTZdfSwiMC53"
    + "ZWlnaHQiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzQsM10sImRhdGFfb2Zmc2V0cyI6WzE2LDY0XX0sIjIuYmlhcyI6eyJk"
    + "dHlwZSI6IkYzMiIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzY0LDcyXX0sIjIud2VpZ2h0Ijp7ImR0eXBlIjoiRjMy"
    + "Iiwic2hhcGUiOlsyLDRdLCJkYXRhX29mZnNldHMiOls3MiwxMDRdfX0gICAgICAgvTMNv9bFw76EtXO+CDSvPOijjbsTk54+"
    + "fkvzvsmL2b6xtGO+U4kePkBrO7x6Yeo+Qt1RvdJwHD6eqzK+6mvovUANpb0QtVg9YGlKPhibmT6Mja2+/PRevpj3OT5OlNQ+"
    + "SL3SvVyRvz4="

  /// The same of a module whose layers are named fc1 and fc2.
  static let named =
    "CAEAAAAAAAB7ImZjMS5iaWFzIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOls0XSwiZGF0YV9vZmZzZXRzIjpbMCwxNl19LCJm"
    + "YzEud2VpZ2h0Ijp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOls0LDNdLCJkYXRhX29mZnNldHMiOlsxNiw2NF19LCJmYzIuYmlh"
    + "cyI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzY0LDcyXX0sImZjMi53ZWlnaHQiOnsiZHR5"
    + "cGUiOiJGMzIiLCJzaGFwZSI6WzIsNF0sImRhdGFfb2Zmc2V0cyI6WzcyLDEwNF19fSAgICAgICC9Mw2/1sXDvoS1c74INK88"
    + "6KONuxOTnj5+S/O+yYvZvrG0Y75TiR4+QGs7vHph6j5C3VG90nAcPp6rMr7qa+i9QA2lvRC1WD1gaUo+GJuZPoyNrb789F6+"
    + "mPc5Pk6U1D5IvdK9XJG/Pg=="

  /// numpy.savez_compressed with the names of the state.
  static let archive =
    "UEsDBC0AAAAIAAAAIQC8Tg6N//////////8MABQAMC53ZWlnaHQubnB5AQAQALAAAAAAAAAAeQAAAAAAAACb7BfqGxDJyFDG"
    + "UK2eklqcXKRupaBuk2airqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RomOgrGmjoKtQpkA64Xi3t3C0+eZ1fn/Xnf"
    + "ye6b+zZuSd4X3Cln55Btvacq8ZWd093AvZcKZOzmrTba9yr7xV4AUEsDBC0AAAAIAAAAIQCQCi5r//////////8KABQAMC5i"
    + "aWFzLm5weQEAEACQAAAAAAAAAFUAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNmoq6joJ6WX1RSlJgXn1+UkgoSd0vM"
    + "KU4FihdnJBakAvkaJjqaOgq1ChQArr3GvPuvHT28r2Vr8T4Ok/U2AFBLAwQtAAAACAAAACEAL/cc3f//////////DAAUADIu"
    + "d2VpZ2h0Lm5weQEAEACgAAAAAAAAAGgAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNmoq6joJ6WX1RSlJgXn1+UkgoS"
    + "d0vMKU4FihdnJBakAvkaRjoKJpo6CrUKZAOuhEwvO4nZM+16etfu+/Mlbt+M75Z2flOu2HnsvbQ3ZuJ+OwBQSwMELQAAAAgA"
    + "AAAhAHmv/Pz//////////woAFAAyLmJpYXMubnB5AQAQAIgAAAAAAAAATQAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBu"
    + "k2airqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOpo6CrUKFAAuB96lewW2RtgCAFBLAQItAy0AAAAIAAAAIQC8"
    + "Tg6NeQAAALAAAAAMAAAAAAAAAAAAAACAAQAAAAAwLndlaWdodC5ucHlQSwECLQMtAAAACAAAACEAkAoua1UAAACQAAAACgAA"
    + "AAAAAAAAAAAAgAG3AAAAMC5iaWFzLm5weVBLAQItAy0AAAAIAAAAIQAv9xzdaAAAAKAAAAAMAAAAAAAAAAAAAACAAUgBAAAy"
    + "LndlaWdodC5ucHlQSwECLQMtAAAACAAAACEAea/8/E0AAACIAAAACgAAAAAAAAAAAAAAgAHuAQAAMi5iaWFzLm5weVBLBQYA"
    + "AAAABAAEAOQAAAB3AgAAAAA="

  /// Three samples.
  static let inputs: [Double] = [0.5, -1, 2, 1, 0.25, -0.75, -2, 1, 0]

  /// model.double()(inputs).
  static let outputs = [
    -0.0904511691730665, 0.06984987958262323, -0.12754673271642214, 0.13359595456778584, -0.08932671312578222,
    0.12968161593874417,
  ]

  /// nn.CrossEntropyLoss() for the classes 1, 0, 1.
  static let crossEntropy = 0.6793502595926378

  /// nn.MSELoss() for the targets [[0.5, 1], [−1, 0], [2, −0.25]].
  static let meanSquaredError = 1.0837131093373018
}
