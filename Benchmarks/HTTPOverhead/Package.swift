// swift-tools-version: 6.2

import PackageDescription

let features: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let measured: [Target.Dependency] = [
    .product(name: "Hummingbird", package: "hummingbird"),
    .product(name: "Instruments", package: "flowmeter"),
    .product(name: "InstrumentsHummingbird", package: "flowmeter"),
]

let package = Package(
    name: "http-overhead",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "flowmeter", path: "../.."),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    ],
    targets: [
        // The server, with the middleware or without.
        .executableTarget(name: "HTTPOverhead", dependencies: measured, swiftSettings: features),
        // The middleware alone, in a loop.
        .executableTarget(
            name: "HTTPLoop",
            dependencies: measured + [
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ], swiftSettings: features),
    ]
)
