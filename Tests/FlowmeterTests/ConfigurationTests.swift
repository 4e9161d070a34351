import ArgumentParser
import Foundation
import Logging
import Runtime
import Testing
import Workflow

@testable import flowmeter

@Suite struct ConfigurationTests {
    let directory: String

    init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    private func resolve(
        flags: [String: String] = [:], environment: [String: String] = [:], file: String? = nil
    ) throws -> ResolvedConfiguration {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        if let file { try file.write(toFile: path, atomically: true, encoding: .utf8) }
        return try ResolvedConfiguration(
            flags: flags, environment: environment, file: nil, directory: directory)
    }

    private var path: String { directory + "/flowmeter.yaml" }

    private func problems(
        flags: [String: String] = [:], environment: [String: String] = [:], file: String? = nil
    ) -> [String] {
        do {
            _ = try resolve(flags: flags, environment: environment, file: file)
            return []
        } catch let error as ConfigurationError {
            return error.problems.map { $0.description.replacing(directory + "/", with: "") }
        } catch {
            return ["\(error)"]
        }
    }

    @Test func defaultsHoldWithoutAnything() throws {
        let resolved = try resolve()
        #expect(resolved.values == Configuration())
        #expect(resolved.origins.isEmpty)
    }

    @Test func flagsWinOverVariablesOverTheFile() throws {
        let resolved = try resolve(
            flags: ["listen": "127.0.0.1:1"],
            environment: ["FLOWMETER_LISTEN": "127.0.0.1:2", "FLOWMETER_DATA": "/two"],
            file: "listen: 127.0.0.1:3\ndata: /three\nlog:\n  level: debug\n")
        #expect(resolved.values.listen.port == 1)
        #expect(resolved.values.data == "/two")
        #expect(resolved.values.logLevel == .debug)
        #expect(resolved.origins["listen"] == .flag("--listen"))
        #expect(resolved.origins["data"] == .variable("FLOWMETER_DATA"))
        #expect(resolved.origins["log.level"]?.place.hasSuffix("flowmeter.yaml:4:3") == true)
        #expect(resolved.origins["service.name"] == nil)
    }

    @Test func theAliasHoldsUnlessTheFullNameIsThere() throws {
        let alias = try resolve(environment: ["MONITORING_ENABLED": "false"])
        #expect(!alias.values.monitoringEnabled)
        #expect(alias.origins["monitoring.enabled"] == .variable("MONITORING_ENABLED"))
        let both = try resolve(
            environment: ["MONITORING_ENABLED": "false", "FLOWMETER_MONITORING_ENABLED": "true"])
        #expect(both.values.monitoringEnabled)
    }

    @Test func otherPeoplesVariablesAreNotRead() throws {
        let resolved = try resolve(environment: ["LISTEN": "x", "DATA": "y", "PATH": "/bin"])
        #expect(resolved.values == Configuration())
    }

    @Test(arguments: [
        ("listn: x\n", ["flowmeter.yaml:1:1: unknown key \"listn\"; did you mean listen?"]),
        (
            "monitoring:\n  enabled: true\n  pth: /x\n",
            ["flowmeter.yaml:3:3: unknown key \"monitoring.pth\"; did you mean monitoring.path?"]
        ),
        ("listen: [a]\n", ["flowmeter.yaml:1:9: listen takes a single value, not a list or a mapping"]),
        ("monitoring: 5\n", ["flowmeter.yaml:1:13: expected `key: value` lines below"]),
        ("- a\n", ["flowmeter.yaml:1:1: the file must hold `key: value` lines"]),
        (
            "log: {level: loud}\n",
            [
                "flowmeter.yaml:1:7: \"loud\" is not allowed for log.level; "
                    + "expected one of trace, debug, info, notice, warning, error, critical"
            ]
        ),
        ("a: [\n", ["flowmeter.yaml:2:1: this is not YAML: did not find expected node content"]),
        (
            "listen: nowhere\nlistn: x\n",
            [
                "flowmeter.yaml:2:1: unknown key \"listn\"; did you mean listen?",
                "flowmeter.yaml:1:1: \"nowhere\" is not allowed for listen; expected HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080",
            ]
        ),
        (
            "log:\n  level: info\n  level: debug\n",
            ["flowmeter.yaml:3:3: twice the same key: level; keep one of the two"]
        ),
        ("", []), ("# nothing\n", []), ("monitoring:\n", []), ("data:\n", []), ("data: ~\n", []),
    ])
    func filesAreChecked(_ file: String, _ expected: [String]) {
        #expect(problems(file: file) == expected)
    }

    @Test func allProblemsAreToldAtOnce() {
        let found = problems(
            flags: ["monitoring.listen": "9090"],
            environment: ["FLOWMETER_LISTN": "1", "FLOWMETER_MONITORING_ENABLED": "maybe"], file: "foo: 1\n")
        #expect(found.count == 4)
        #expect(found.contains("FLOWMETER_LISTN: unknown variable; did you mean FLOWMETER_LISTEN?"))
        #expect(found.contains { $0.hasPrefix("--monitoring-listen: \"9090\" is not allowed") })
        #expect(found.contains { $0.hasPrefix("FLOWMETER_MONITORING_ENABLED: \"maybe\" is not allowed") })
        #expect(found.contains { $0.hasPrefix("flowmeter.yaml:1:1: unknown key \"foo\"") })
    }

    @Test func secretsAreInNoMessage() {
        let found = problems(environment: ["FLOWMETER_MONITORING_TOKEN": "hunter2"])
        #expect(found.count == 1)
        #expect(found.allSatisfy { !$0.contains("hunter2") })
    }

    @Test func secretsAreMasked() throws {
        let resolved = try resolve(environment: ["FLOWMETER_MONITORING_TOKEN": "0123456789abcdef"])
        #expect(resolved.values.monitoringToken == "0123456789abcdef")
        #expect(!resolved.table.rendered().contains("0123456789abcdef"))
        #expect(!resolved.json.description.contains("0123456789abcdef"))
    }

    @Test(arguments: [
        ("127.0.0.1:8080", false), ("localhost:1", false), ("[::1]:8080", false),
        ("0.0.0.0:8080", true), ("[::]:8080", true), ("10.0.0.1:80", true), ("example.org:80", true),
    ])
    func openMetricsOnAPublicAddressEarnAWarning(_ address: String, _ warns: Bool) throws {
        #expect(try resolve(flags: ["listen": address]).values.warnings.isEmpty == !warns)
        #expect(try resolve(flags: ["listen": address, "monitoring.enabled": "no"]).values.warnings.isEmpty)
        let token = ["listen": address, "monitoring.token": "0123456789abcdef"]
        #expect(try resolve(flags: token).values.warnings.isEmpty)
        let own = ["listen": address, "monitoring.listen": "127.0.0.1:9090"]
        #expect(try resolve(flags: own).values.warnings.isEmpty)
    }

    @Test(arguments: ["8080", ":8080", "a:", "a:b", "a:65536", "::1:80", "a b:1", "http://a:1", "a:+1", "[]:1"])
    func badAddressesAreRefused(_ text: String) {
        #expect(Address(text) == nil)
    }

    @Test(arguments: ["/", "metrics", "/api/metrics", "/health", "/a/", "//a", "/a b", "/a?b"])
    func takenOrBadPathsAreRefused(_ path: String) {
        #expect(problems(flags: ["monitoring.path": path]).count == 1)
    }

    @Test func callsToTheOutsideAreConfigured() throws {
        let resolved = try resolve(
            flags: ["egress.rate_limits": "API.example.com=100/1s, 10.0.0.7:8080=5/1m"],
            environment: ["FLOWMETER_EGRESS_MAX_RESPONSE_BYTES": "1000"],
            file: "egress:\n  allow: 10.0.0.0/8, orders.internal\n  connect_timeout: 250ms\n")
        let options = try resolved.values.egressOptions()
        #expect(options.rateLimits.keys.sorted() == ["10.0.0.7:8080", "api.example.com"])
        #expect(options.maxResponseBytes == 1000 && options.connectTimeout == .milliseconds(250))
        #expect(options.timeout == .seconds(30))
        #expect(resolved.values.egressAllow == ["10.0.0.0/8", "orders.internal"])
        #expect(Settings.egressRateLimits.text(resolved.values) == "10.0.0.7:8080=5/1m,api.example.com=100/1s")
    }

    @Test(arguments: [
        ("egress.allow", "*"), ("egress.allow", ""), ("egress.allow", "10.0.0.1/8"), ("egress.allow", "http://a.b"),
        ("egress.timeout", "0s"), ("egress.timeout", "30"), ("egress.connect_timeout", "2h"),
        ("egress.max_response_bytes", "0"), ("egress.max_response_bytes", "1048577"),
        ("egress.max_response_bytes", "+5"), ("egress.rate_limits", "a.b"), ("egress.rate_limits", "a.b=0/1s"),
        ("egress.rate_limits", "a.b=1/1s,A.b=2/1s"), ("egress.rate_limits", "a.b/c=1/1s"),
    ])
    func valuesForCallsToTheOutsideAreChecked(_ key: String, _ value: String) {
        #expect(problems(flags: [key: value]).count == 1)
    }

    @Test func retentionIsConfigured() throws {
        let resolved = try resolve(environment: ["FLOWMETER_RETENTION_COUNT": "100"], file: "retention:\n  age: 30d\n")
        #expect(resolved.values.retentionAge == .seconds(30 * 86_400) && resolved.values.retentionCount == 100)
        #expect(Settings.retentionAge.text(resolved.values) == "30d")
    }

    @Test(arguments: [
        ("retention.age", "0s"), ("retention.age", "999ms"), ("retention.age", "366d"), ("retention.age", "30"),
        ("retention.count", "0"), ("retention.count", "-1"), ("retention.count", "100001"),
        ("retention.count", "1e3"),
    ])
    func valuesOfRetentionAreChecked(_ key: String, _ value: String) {
        #expect(problems(flags: [key: value]).count == 1)
    }

    @Test func everySettingHasItsOption() throws {
        for setting in Settings.all {
            let options = try ConfigurationOptions.parse(["--\(setting.flag)", "x"])
            #expect(options.given == [setting.key: "x"])
        }
    }

    @Test func theDocumentFollowsFromTheTable() throws {
        let path = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../docs/configuration.md").standardized
        let document = try String(contentsOf: path, encoding: .utf8)
        let rows = document.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
        #expect(rows == Settings.all.map(\.documentRow))
    }
}

extension Setting {
    /// The setting's row in docs/configuration.md.
    var documentRow: String {
        let variables = ([variable] + aliases).map { "`\($0)`" }.joined(separator: ", ")
        let fallback = fallback.map { "`\($0)`" } ?? "none"
        let secret = isSecret ? " Secret." : ""
        return
            "| `\(key)` | \(variables) | `--\(flag) \(placeholder)` | \(fallback) | \(summary)\(secret) Takes \(allowed). |"
    }
}
