// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "flowmeter",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Instruments", targets: ["Instruments"]),
        .library(name: "InstrumentsHummingbird", targets: ["InstrumentsHummingbird"]),
        .library(name: "InstrumentsMetrics", targets: ["InstrumentsMetrics"]),
        .library(name: "InstrumentsPushgateway", targets: ["InstrumentsPushgateway"]),
        .executable(name: "flowmeter", targets: ["flowmeter"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(
            url: "https://github.com/apple/swift-configuration", from: "1.4.0",
            traits: ["YAML", "CommandLineArguments"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Data flows down this list; imports point down too.

        // What the tests of several targets need.
        .target(name: "TestSupport", path: "Tests/TestSupport"),

        // Counters, gauges, histograms; the registry; the exposition formats.
        .target(name: "CInstruments", linkerSettings: [.linkedLibrary("z")]),
        .target(name: "Instruments", dependencies: ["CInstruments"]),
        .testTarget(name: "InstrumentsTests", dependencies: ["Instruments", "TestSupport"]),

        // What libraries record through swift-metrics, in a registry.
        .target(
            name: "InstrumentsMetrics",
            dependencies: ["Instruments", .product(name: "CoreMetrics", package: "swift-metrics")]),
        .testTarget(
            name: "InstrumentsMetricsTests",
            dependencies: [
                "Instruments", "InstrumentsMetrics",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ]),

        // The requests of any Hummingbird application.
        .target(
            name: "InstrumentsHummingbird",
            dependencies: [
                "Instruments",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        .testTarget(
            name: "InstrumentsHummingbirdTests",
            dependencies: [
                "Instruments", "InstrumentsHummingbird",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdRouter", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]),

        // Jobs that end before anyone scrapes them.
        .target(
            name: "InstrumentsPushgateway",
            dependencies: [
                "Instruments",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .testTarget(
            name: "InstrumentsPushgatewayTests",
            dependencies: [
                "Instruments", "InstrumentsPushgateway", "TestSupport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),

        // How messages are worded: quoting, lists, what a misspelt word was meant to be.
        .target(name: "Wording"),

        // JSON and YAML as trees whose texts know their places and can be changed in place.
        .target(name: "Documents", dependencies: ["Wording", .product(name: "Yams", package: "Yams")]),
        .target(name: "DocumentSupport", dependencies: ["Documents"], path: "Tests/DocumentSupport"),
        .testTarget(
            name: "DocumentsTests",
            dependencies: ["Documents", "DocumentSupport", "TestSupport", .product(name: "Yams", package: "Yams")]),

        // Signals, views and dialects; the catalogue of all families.
        .target(
            name: "Telemetry", dependencies: ["Documents", "Instruments", "Wording"],
            resources: [.embedInCode("Dialects")]),
        .testTarget(name: "TelemetryTests", dependencies: ["Documents", "Instruments", "Telemetry"]),

        // The language of queries: lexer, parser, types, printer.
        .target(name: "PromQL", dependencies: ["Wording"]),
        .testTarget(name: "PromQLTests", dependencies: ["PromQL", "TestSupport", "Wording"]),

        // Rules, dashboards and routes: what is wrong with them, and those that come with Flowmeter.
        .target(
            name: "Monitoring",
            dependencies: ["Documents", "PromQL", "Telemetry", "Wording", .product(name: "Yams", package: "Yams")],
            resources: [.embedInCode("Pack")]),
        .testTarget(
            name: "MonitoringTests",
            dependencies: [
                "Documents", "DocumentSupport", "Instruments", "Monitoring", "PromQL", "Telemetry", "TestSupport",
            ]),

        // The pure core: definitions, expressions, the execution state machine, the Journal protocol.
        .target(name: "Workflow", dependencies: ["Wording", .product(name: "Yams", package: "Yams")]),
        .testTarget(name: "WorkflowTests", dependencies: ["TestSupport", "Workflow"]),
        // The journal of tests, in memory.
        .target(name: "MemoryJournal", dependencies: ["Workflow"], path: "Tests/MemoryJournal"),
        // One body of tests that every journal passes.
        .target(
            name: "JournalConformance", dependencies: ["TestSupport", "Workflow"], path: "Tests/JournalConformance"),

        // The system's libcurl, which speaks SMTP.
        .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),

        // Effects: dispatcher, timers, leases, activities, and their telemetry.
        .target(
            name: "Runtime",
            dependencies: [
                "CCurl", "Instruments", "Telemetry", "Wording", "Workflow",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .testTarget(
            name: "RuntimeTests",
            dependencies: [
                "Instruments", "MemoryJournal", "Runtime", "Telemetry", "TestSupport", "Workflow",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),

        // Engines on one journal in a world that a seed makes: a clock, chance, crashes, and who runs when.
        .target(name: "CSimulation", path: "Tests/CSimulation"),
        .executableTarget(
            name: "Simulation",
            dependencies: [
                "CSimulation", "Instruments", "MemoryJournal", "Runtime", "Telemetry", "TestSupport", "Workflow",
                .product(name: "Logging", package: "swift-log"),
            ], path: "Tests/Simulation"),

        // The journal on disk.
        .target(
            name: "SQLiteJournal",
            dependencies: [
                "Workflow",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        .testTarget(
            name: "SQLiteJournalTests",
            dependencies: [
                "JournalConformance", "MemoryJournal", "SQLiteJournal", "Workflow",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),

        // The HTTP API.
        .target(
            name: "Server",
            dependencies: [
                "Documents", "Instruments", "Runtime", "Telemetry", "Wording", "Workflow",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [.embedInCode("OpenAPI/openapi.yaml")]),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Instruments", "MemoryJournal", "Runtime", "Server", "Telemetry", "TestSupport", "Workflow",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ]),

        // The binary: parse, configure, run.
        .executableTarget(
            name: "flowmeter",
            dependencies: [
                "Documents", "Instruments", "Monitoring", "Runtime", "Server", "SQLiteJournal", "Telemetry", "Wording",
                "Workflow",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ]),
        .testTarget(
            name: "FlowmeterTests",
            dependencies: [
                "Runtime", "Workflow", "flowmeter",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]),

        // The built program, for tests that run it.
        .target(
            name: "ProgramUnderTest",
            dependencies: [
                "flowmeter", "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ], path: "Tests/ProgramUnderTest"),
        // Stories of the command line.
        .testTarget(name: "ScriptTests", dependencies: ["ProgramUnderTest", "Workflow"], exclude: ["Stories"]),
        // Seeds of the simulation; its named cases.
        .testTarget(name: "SimulationTests", dependencies: ["ProgramUnderTest", "Simulation"]),
        // Crashes under load; a real Prometheus.
        .testTarget(
            name: "SystemTests",
            dependencies: [
                "Instruments", "ProgramUnderTest", "Telemetry", "TestSupport", "Workflow",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
    ]
)

for target in package.targets where target.type != .system {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            // Swift 6 mode comes with the tools version; every warning of ours is an error.
            .treatAllWarnings(as: .error),
            // `any` marks each existential: dynamic dispatch is seen where it is paid for (SE-0335).
            .enableUpcomingFeature("ExistentialAny"),
            // A file imports what it uses; no member leaks in through another file's import (SE-0444).
            .enableUpcomingFeature("MemberImportVisibility"),
            // Imports are internal unless a public signature needs them (SE-0409).
            .enableUpcomingFeature("InternalImportsByDefault"),
            // An async function runs where its caller runs: no executor hop per call (SE-0461).
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        ]
}
