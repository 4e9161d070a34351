// swift-tools-version: 6.2

import PackageDescription

// A package of its own, because libFuzzer's flags are unsafe flags and its instrumentation belongs into no other build.
// `Sources/Workflow` is a symbolic link, so that the code under test is instrumented too.
let instrumented: [SwiftSetting] = [
    .unsafeFlags(["-sanitize=fuzzer"]),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [.package(url: "https://github.com/jpsim/Yams", from: "6.2.2")],
    targets: [
        .target(
            name: "Workflow", dependencies: [.product(name: "Yams", package: "Yams")],
            exclude: ["Execution", "Journal"], swiftSettings: instrumented),

        // The entry of libFuzzer.
        .target(name: "CFuzzer"),

        // Bytes → JSONValue → bytes → JSONValue.
        .executableTarget(
            name: "FuzzJSON", dependencies: ["CFuzzer", "Workflow"], swiftSettings: instrumented,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),

        // Bytes → Definition or problems; patterns, templates and conditions on the way.
        .executableTarget(
            name: "FuzzDefinition", dependencies: ["CFuzzer", "Workflow"], swiftSettings: instrumented,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),
    ]
)
