// swift-tools-version: 6.2
import PackageDescription

// Each target is one layer. It lists every layer that it imports, those below its neighbours too: what is not listed is not
// rebuilt when it changes.
// There are no unsafe flags here: other packages can depend on Basin. The Makefile adds `-Xcc -march=native`.
let package = Package(
  name: "Basin",
  products: [
    .executable(name: "basin", targets: ["basin"]),
    .library(
      name: "BasinLaboratory",
      targets: [
        "Numerics", "Formats", "DataSets", "Objectives", "Descent", "Curvature", "Stability", "Features", "Experiments",
        "Diagnosis", "Citations", "Claims", "Reporting", "Studies",
      ]),
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS",
      pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
    .systemLibrary(name: "CMessageDigest", pkgConfig: "libmd", providers: [.apt(["libmd-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CVectors"),
    .target(name: "Numerics", dependencies: ["COpenBLAS"]),
    .target(name: "Formats", dependencies: ["CMessageDigest", "CSQLite", "CZlib", "Numerics"]),
    .target(name: "DataSets", dependencies: ["Numerics", "Formats"]),
    .target(name: "Objectives", dependencies: ["CVectors", "Numerics"]),
    .target(name: "Descent", dependencies: ["CVectors", "Numerics", "Objectives"]),
    .target(name: "Curvature", dependencies: ["Numerics", "Objectives"]),
    .target(name: "Stability", dependencies: ["COpenBLAS", "Numerics", "Objectives", "Curvature"]),
    .target(name: "Features", dependencies: ["Numerics", "Objectives"]),
    .target(name: "Citations"),
    .target(name: "Claims", dependencies: ["Citations"]),
    .target(name: "Reporting", dependencies: ["Citations", "Numerics", "Formats", "Claims"]),
    .target(
      name: "Diagnosis",
      dependencies: [
        "Numerics", "Formats", "DataSets", "Objectives", "Curvature", "Stability", "Features", "Reporting",
      ]),
    .target(
      name: "Experiments",
      dependencies: ["Numerics", "Formats", "DataSets", "Objectives", "Descent", "Curvature", "Features"]),
    .target(
      name: "Studies",
      dependencies: [
        "Citations", "Numerics", "Formats", "DataSets", "Objectives", "Descent", "Curvature", "Stability", "Features",
        "Claims", "Reporting",
      ],
      // The specs of Examples, so that the installed program has them.
      resources: [.embedInCode("Specs")]),
    .executableTarget(
      name: "basin",
      dependencies: [
        "Numerics", "Formats", "Objectives", "Descent", "Curvature", "Stability", "Experiments", "Claims", "Reporting",
        "Diagnosis", "Studies",
      ]),
    .target(
      name: "ExtendingExamples",
      dependencies: ["Numerics", "Objectives", "Descent", "Curvature", "Stability", "Claims", "Studies"],
      path: "Examples/extending"),
    .target(name: "TestSupport", dependencies: ["Numerics"], path: "Tests/TestSupport"),
    .target(name: "AllocationCount", path: "Tests/AllocationCount"),
    .target(
      name: "Fuzzing", dependencies: ["Numerics", "Formats", "Objectives", "Diagnosis"], path: "Tests/Fuzzing"),
    .executableTarget(name: "fuzz", dependencies: ["Numerics", "Fuzzing"], path: "Tests/Fuzz"),
    .testTarget(name: "FuzzTests", dependencies: ["Fuzzing"]),
    .testTarget(name: "NumericsTests", dependencies: ["Numerics", "TestSupport"]),
    .testTarget(name: "FormatsTests", dependencies: ["CZlib", "Numerics", "Formats", "TestSupport"]),
    .testTarget(
      name: "DataSetsTests", dependencies: ["Numerics", "Formats", "DataSets", "TestSupport"], exclude: ["Fixtures"]),
    .testTarget(
      name: "ObjectivesTests", dependencies: ["Numerics", "Objectives", "Curvature"], exclude: ["Fixtures"]),
    .testTarget(
      name: "CurvatureTests", dependencies: ["Numerics", "Formats", "Objectives", "Curvature"], exclude: ["Fixtures"]),
    .testTarget(name: "StabilityTests", dependencies: ["Numerics", "Objectives", "Curvature", "Stability"]),
    .testTarget(name: "FeaturesTests", dependencies: ["Numerics", "Objectives", "Features"]),
    .testTarget(
      name: "DiagnosisTests",
      dependencies: ["Numerics", "Formats", "DataSets", "Objectives", "Curvature", "Diagnosis", "TestSupport"]),
    .testTarget(
      name: "DescentTests", dependencies: ["AllocationCount", "Numerics", "Objectives", "Descent", "TestSupport"],
      exclude: ["Fixtures"]),
    .testTarget(name: "ReportingTests", dependencies: ["Citations", "Numerics", "Formats", "Claims", "Reporting"]),
    .testTarget(name: "StudiesTests", dependencies: ["Numerics", "Stability", "Claims", "Reporting", "Studies"]),
    .testTarget(
      name: "ExperimentsTests",
      dependencies: [
        "Numerics", "Formats", "DataSets", "Objectives", "Descent", "Curvature", "Features", "Experiments",
        "TestSupport",
      ]),
    .testTarget(
      name: "ExtendingTests",
      dependencies: [
        "Numerics", "Formats", "Objectives", "Descent", "Curvature", "Stability", "Claims", "Reporting", "Studies",
        "ExtendingExamples", "TestSupport",
      ]),
    .testTarget(
      name: "CommandLineTests", dependencies: ["Numerics", "Formats", "Experiments", "basin", "TestSupport"],
      exclude: ["Snapshots"]),
  ],
  swiftLanguageModes: [.v6]
)
