/// Files written by safetensors 0.8.0 and PyTorch 2.15.0, in base 64.
enum SafetensorsFiles {
  /// The tensor [[0.25, −1.5, 65504], [2⁻¹⁴, 2⁻²⁴, ∞]] as a.f32, c.f16 and d.bf16; [0.1, nan] as b.f64; the integer 7
  /// as e.i64; and f.empty of shape [0, 3].
  static let ofEachType =
    "kAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwdCJ9LCJlLmk2NCI6eyJkdHlwZSI6Ikk2NCIsInNoYXBlIjpb"
    + "XSwiZGF0YV9vZmZzZXRzIjpbMCw4XX0sImIuZjY0Ijp7ImR0eXBlIjoiRjY0Iiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRz"
    + "IjpbOCwyNF19LCJhLmYzMiI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMiwzXSwiZGF0YV9vZmZzZXRzIjpbMjQsNDhdfSwi"
    + "Zi5lbXB0eSI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMCwzXSwiZGF0YV9vZmZzZXRzIjpbNDgsNDhdfSwiZC5iZjE2Ijp7"
    + "ImR0eXBlIjoiQkYxNiIsInNoYXBlIjpbMiwzXSwiZGF0YV9vZmZzZXRzIjpbNDgsNjBdfSwiYy5mMTYiOnsiZHR5cGUiOiJG"
    + "MTYiLCJzaGFwZSI6WzIsM10sImRhdGFfb2Zmc2V0cyI6WzYwLDcyXX19ICAgICAgBwAAAAAAAACamZmZmZm5PwAAAAAAAPh/"
    + "AACAPgAAwL8A4H9HAACAOAAAgDMAAIB/gD7Av4BHgDiAM4B/ADQAvv97AAQBAAB8"
}
