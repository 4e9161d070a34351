import Documents
import Foundation
import Instruments
import Telemetry
import Testing

@testable import Monitoring

/// Each check has a file that shows what it finds and what it leaves alone, and a page.
@Suite struct CheckTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let folder = root.appendingPathComponent("Tests/Fixtures/checks")

    private static let names: [String] = {
        let all = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (all ?? []).filter { !$0.hasSuffix(".txt") }.sorted()
    }()

    private static func problems(_ name: String) throws -> [Problem] {
        let bytes = Array(try Data(contentsOf: folder.appendingPathComponent(name)))
        var catalogue = try Catalogue(Dialect.shipped())
        // None is to go yet.
        var old = Catalogue.Family(name: "old_requests_total", type: "counter", labels: [])
        old.deprecatedBy = "http_requests_total"
        // One that is called otherwise than it measures.
        var pause = Catalogue.Family(name: "gc_pause_ms", type: "gauge", labels: [])
        pause.unit = "seconds"
        catalogue.families += [old, pause]
        return try problems(SourceFile(path: name, bytes: bytes), catalogue)
    }

    /// Those that are asked for get a catalogue of a few families.
    private static func problems(_ file: SourceFile, _ catalogue: Catalogue) throws -> [Problem] {
        let few = Catalogue(families: catalogue.families.filter { $0.name.hasPrefix("http_") })
        if file.path.hasPrefix("not-shown") {
            return Checker(catalogue: few).problems(in: [file], coverage: CataloguePlaces(few))
        }
        if file.path.hasPrefix("not-recorded") {
            let scrape = Catalogue(scrape: try ParsedExposition(parsing: file.bytes, format: .text004))
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            let json = SourceFile(path: "catalogue.json", bytes: Array(try encoder.encode(few)))
            return Checker(catalogue: few).notRecorded(in: scrape, at: try CataloguePlaces(json: json))
        }
        return Checker(catalogue: catalogue).problems(in: [file])
    }

    @Test(arguments: names) func findings(name: String) throws {
        let text = try Self.problems(name).map { $0.rendered + "\n" }.joined()
        let golden = Self.folder.appendingPathComponent(name + ".txt")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" { try Data(text.utf8).write(to: golden) }
        #expect(try text == String(contentsOf: golden, encoding: .utf8))
    }

    @Test(arguments: Checker.summaries.keys.sorted()) func hasAPageAndAnExample(check: String) throws {
        let list = try String(contentsOf: Self.root.appendingPathComponent("docs/monitoring-check.md"), encoding: .utf8)
        let line = try #require(
            list.split(separator: "\n").first { $0.hasPrefix("| [\(check)](checks/\(check).md) |") })
        #expect(line.hasSuffix("| \(Checker.summaries[check] ?? "") |"))
        let page = Self.root.appendingPathComponent("docs/checks/\(check).md")
        #expect(FileManager.default.fileExists(atPath: page.path))
        let file = try #require(Self.names.first { $0.hasPrefix(check + ".") })
        #expect(try Self.problems(file).contains { $0.check == check })
    }

    @Test func reportsAreReadByOthers() throws {
        let report = CheckReport(problems: try Self.problems("unknown-metric.promql"), files: 1)
        #expect(
            report.github.hasPrefix(
                "::error file=unknown-metric.promql,line=1,endLine=1,col=10,endColumn=28,title=unknown-metric::"))
        let log = try JSONEncoder().encode(report.sarif)
        let json = try #require(try JSONSerialization.jsonObject(with: log) as? [String: Any])
        #expect(json["version"] as? String == "2.1.0")
        let results = ((json["runs"] as? [[String: Any]])?.first?["results"] as? [[String: Any]]) ?? []
        #expect(results.count == report.problems.count)
        #expect(results.first?["ruleId"] as? String == "unknown-metric")
        let rules = report.sarif.runs[0].tool.driver.rules
        #expect(rules.first { $0.id == "unknown-metric" }?.shortDescription?.text == "nothing exposes the metric")
        let entries = try JSONDecoder().decode([CheckReport.Entry].self, from: JSONEncoder().encode(report.entries))
        #expect(entries == report.entries)
    }

    /// What a scrape does not show may come; what is nearly the name of something else will not.
    @Test func aScrapeMayBeTooEarly() throws {
        var catalogue = Catalogue(families: [.init(name: "orders_total", type: "counter", labels: [])])
        catalogue.isObserved = true
        let file = SourceFile(path: "a.promql", bytes: Array("rate(refunds_total[5m])\nrate(order_total[5m])\n".utf8))
        let problems = Checker(catalogue: catalogue).problems(in: [file])
        #expect(problems.map(\.check) == ["unknown-metric", "unknown-metric"])
        #expect(problems.map(\.severity) == [.warning, .error])
    }

    /// YAML may begin as JSON does.
    @Test func yamlInFlowStyle() throws {
        let text = "{groups: [{name: g, rules: [{record: 'a:b', expr: nothing_total}]}]}"
        let file = SourceFile(path: "a.yml", bytes: Array(text.utf8))
        #expect(
            try Checker(catalogue: Catalogue(Dialect.shipped())).problems(in: [file]).map(\.check) == ["unknown-metric"]
        )
    }

    @Test func theReportSaysWhatItRead() throws {
        let files = ["up", ""].enumerated().map { SourceFile(path: "\($0).yml", bytes: Array($1.utf8)) }
        let report = try Checker(catalogue: Catalogue(Dialect.shipped())).report(files)
        #expect(report.text == "no problems in 0 files; 2 more without rules, dashboards, routes or queries\n")
    }
}
