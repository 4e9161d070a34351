// swift-tools-version: 6.2

import PackageDescription

// A package of its own, so that it builds in seconds. `Sources/Instruments` and `Sources/CInstruments` are symbolic links.
let features: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "instruments-bench",
    platforms: [.macOS(.v15)],
    targets: [
        .target(name: "CInstruments", linkerSettings: [.linkedLibrary("z")]),
        .target(name: "Instruments", dependencies: ["CInstruments"], swiftSettings: features),
        .executableTarget(name: "InstrumentsBench", dependencies: ["Instruments"], swiftSettings: features),
    ]
)
