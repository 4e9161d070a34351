// swift-tools-version: 6.2

import PackageDescription

// A package of its own, so that it builds without the server. The sources under test are there by symbolic links.
let features: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "limits-bench",
    platforms: [.macOS(.v15)],
    dependencies: [.package(url: "https://github.com/jpsim/Yams", from: "6.2.2")],
    targets: [
        .target(name: "Wording", swiftSettings: features),
        .target(
            name: "Workflow", dependencies: ["Wording", .product(name: "Yams", package: "Yams")],
            swiftSettings: features),
        .executableTarget(name: "LimitsBench", dependencies: ["Workflow"], swiftSettings: features),
    ]
)
