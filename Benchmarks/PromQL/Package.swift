// swift-tools-version: 6.2

import PackageDescription

// A package of its own, so that it builds in seconds. The sources under test, and the generator of the tests, are there by
// symbolic links.
let features: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "promql-bench",
    platforms: [.macOS(.v15)],
    targets: [
        .target(name: "Wording", swiftSettings: features),
        .target(name: "PromQL", dependencies: ["Wording"], swiftSettings: features),
        .target(name: "TestSupport", swiftSettings: features),
        .executableTarget(name: "PromQLBench", dependencies: ["PromQL", "TestSupport"], swiftSettings: features),
    ]
)
