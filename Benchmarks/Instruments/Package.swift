// swift-tools-version: 6.2

import PackageDescription

// A package of its own, so that it builds quickly. What belongs to Flowmeter itself are symbolic links.
let features: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "instruments-bench",
    platforms: [.macOS(.v15)],
    dependencies: [.package(url: "https://github.com/jpsim/Yams", from: "6.2.2")],
    targets: [
        .target(name: "CInstruments", linkerSettings: [.linkedLibrary("z")]),
        .target(name: "Instruments", dependencies: ["CInstruments"], swiftSettings: features),
        .target(name: "Wording", swiftSettings: features),
        .target(
            name: "Documents", dependencies: ["Wording", .product(name: "Yams", package: "Yams")],
            swiftSettings: features),
        .target(
            name: "Telemetry", dependencies: ["Documents", "Instruments", "Wording"],
            resources: [.embedInCode("Dialects")], swiftSettings: features),
        .executableTarget(
            name: "InstrumentsBench", dependencies: ["Instruments", "Telemetry"], swiftSettings: features),
    ]
)
