// swift-tools-version: 6.2

import PackageDescription

// A package of its own, because libFuzzer's flags are unsafe flags and its instrumentation belongs into no other build.
// The code under test is there by symbolic links, so that it is instrumented too.
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
        .target(name: "Wording", swiftSettings: instrumented),
        .target(
            name: "Workflow", dependencies: ["Wording", .product(name: "Yams", package: "Yams")],
            swiftSettings: instrumented),

        .target(name: "CInstruments", linkerSettings: [.linkedLibrary("z")]),
        .target(name: "Instruments", dependencies: ["CInstruments"], swiftSettings: instrumented),

        .target(name: "PromQL", dependencies: ["Wording"], swiftSettings: instrumented),
        .target(
            name: "Documents", dependencies: ["Wording", .product(name: "Yams", package: "Yams")],
            swiftSettings: instrumented),
        .target(
            name: "Telemetry", dependencies: ["Documents", "Instruments", "Wording"],
            resources: [.embedInCode("Dialects")], swiftSettings: instrumented),
        .target(
            name: "Monitoring",
            dependencies: ["Documents", "PromQL", "Telemetry", "Wording", .product(name: "Yams", package: "Yams")],
            resources: [.embedInCode("Pack")],
            swiftSettings: instrumented),

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

        // Bytes → trees of JSON and YAML with places → edits → trees; rules and dashboards → queries.
        .executableTarget(
            name: "FuzzDocuments", dependencies: ["CFuzzer", "Documents", "Monitoring"], swiftSettings: instrumented,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),

        // Bytes → exposition or error, in every format → bytes → exposition.
        .executableTarget(
            name: "FuzzExposition", dependencies: ["CFuzzer", "Instruments"], swiftSettings: instrumented,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),

        // Bytes → query → types, labels, canonical form → the same query.
        .executableTarget(
            name: "FuzzPromQL", dependencies: ["CFuzzer", "PromQL"], swiftSettings: instrumented,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),

        // Bytes as label values and help text → exposition → the same values.
        .executableTarget(
            name: "FuzzLabels", dependencies: ["CFuzzer", "Instruments"], swiftSettings: instrumented,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),
    ]
)
