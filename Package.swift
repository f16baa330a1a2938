// swift-tools-version: 6.2
import PackageDescription

// Each target is one layer and imports only the layers listed for it, so the compiler enforces the architecture.
// There are no unsafe flags here: other packages can depend on Basin. The Makefile adds `-Xcc -march=native`.
let package = Package(
  name: "Basin",
  products: [
    .executable(name: "basin", targets: ["basin"]),
    .library(
      name: "BasinLaboratory",
      targets: ["Numerics", "Formats", "Objectives", "Descent", "Curvature", "Claims", "Reporting", "Studies"]),
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS",
      pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
    .target(name: "Numerics", dependencies: ["COpenBLAS"]),
    .target(name: "Formats", dependencies: ["Numerics"]),
    .target(name: "Objectives", dependencies: ["Numerics"]),
    .target(name: "Descent", dependencies: ["Objectives"]),
    .target(name: "Curvature", dependencies: ["Objectives"]),
    .target(name: "Claims", dependencies: ["Numerics"]),
    .target(name: "Reporting", dependencies: ["Claims", "Formats"]),
    .target(name: "Studies", dependencies: ["Claims", "Curvature", "Descent", "Reporting"]),
    .executableTarget(name: "basin", dependencies: ["Studies", "Formats"]),
    .testTarget(name: "NumericsTests", dependencies: ["Numerics"]),
    .testTarget(name: "FormatsTests", dependencies: ["Formats"]),
    .testTarget(name: "ObjectivesTests", dependencies: ["Objectives", "Curvature"]),
    .testTarget(name: "DescentTests", dependencies: ["Descent"]),
    .testTarget(name: "ReportingTests", dependencies: ["Reporting"]),
    .testTarget(name: "StudiesTests", dependencies: ["Studies"]),
    .testTarget(name: "CommandLineTests", dependencies: ["Formats"]),
  ],
  swiftLanguageModes: [.v6]
)
