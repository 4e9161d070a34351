import DocumentSupport
import Documents
import TestSupport
import Testing

@testable import Monitoring

@Suite struct VariableTests {
    /// A dashboard with variables of all kinds.
    private static func scope() throws -> VariableScope {
        let reading = InputReader.read(try Fixtures.file("dashboards/grid.json"))
        guard case .dashboard(let dashboard)? = reading.inputs.first else { return VariableScope([]) }
        return VariableScope(dashboard.variables)
    }

    private func substituted(_ query: String) throws -> SubstitutedQuery {
        let list = QueryList(TextLayer(SourceFile(query.replacing("\n", with: " "))))
        return SubstitutedQuery(try #require(list.lines.first), scope: try Self.scope())
    }

    @Test(
        "Uses of variables",
        arguments: [
            ("$job ${env:regex} [[step]] $__rate_interval", "job env:regex step __rate_interval"),
            ("$1 ${2} a$ $$", ""),
            ("${__from:date:seconds} ${a.b:csv} [[x:pipe]]", "__from:date:seconds a:csv x:pipe"), ("${ [[ ${a ${}", ""),
            ("x[[[step]]]", "step"), ("é$a_b$c", "a_b c"),
        ])
    func uses(text: String, expected: String) {
        let uses = VariableUse.uses(in: text)
        #expect(uses.map { $0.name + ($0.format.map { ":\($0)" } ?? "") }.joined(separator: " ") == expected)
        for use in uses {
            let written = String(decoding: Array(text.utf8)[use.range], as: UTF8.self)
            #expect(written.contains(use.name))
            #expect("$[".contains(written.prefix(1)))
        }
    }

    @Test(
        "A variable is replaced by what parses in its place",
        arguments: [
            ("up{job=\"$job\"}", "up{job=\"_var_job\"}", "text"),
            ("up{job=~'${job:regex}|x', a=`[[env]]`}", "up{job=~'_var_job|x', a=`_var_env`}", "text text"),
            ("rate(x[$__rate_interval])", "rate(x[5m])", "duration"), ("rate(x[[[step]]])", "rate(x[1m])", "duration"),
            ("max_over_time(x[$__range:$step])", "max_over_time(x[5m:1m])", "duration duration"),
            ("rate(x[${__range_s}s])", "rate(x[5s])", "number"), ("x offset $step", "x offset 1m", "duration"),
            ("x offset -$step", "x offset -1m", "duration"), ("x @ ${__to:date:seconds}", "x @ 5", "number"),
            ("sum by ($job, a) (x)", "sum by (_var_job, a) (x)", "label"),
            ("a * on($job) b", "a * on(_var_job) b", "label"),
            ("${prefix}orders_total", "_var_prefixorders_total", "metric"),
            ("a_${job}_b{}", "a__var_job_b{}", "metric"),
            ("$job{a=\"b\"}", "_var_job{a=\"b\"}", "metric"), ("rate($job[5m])", "rate(_var_job[5m])", "metric"),
            ("$prefix:rate5m", "_var_prefix:rate5m", "metric"), ("topk($job, x)", "topk(5, x)", "number"),
            ("x > $filter", "x > 5", "number"), ("increase(x[1h]) / $__range_s", "increase(x[1h]) / 5", "number"),
            ("clamp_min(x, $filter)", "clamp_min(x, 5)", "number"), ("x{$job=\"a\"}", "x{_var_job=\"a\"}", "label"),
            ("x{$filter}", "x{_var_filter=~\".*\"}", "matchers"),
            ("x{a=\"b\",$filter}", "x{a=\"b\",_var_filter=~\".*\"}", "matchers"),
            ("x{a=\"b\"$filter}", "x{a=\"b\",_var_filter=~\".*\"}", "matchers"),
            ("x{$filter a=\"b\"}", "x{_var_filter=~\".*\", a=\"b\"}", "matchers"),
            ("x{job=~${job:doublequote}}", "x{job=~\"_var_job\"}", "quotedText"),
            ("$job(rate(x[5m]))", "sum(rate(x[5m]))", "function"),
            ("$job(x[5m])", "rate(x[5m])", "function"), ("$job by (a) (x)", "sum by (a) (x)", "function"),
            ("a $job b", "a + b", "operator"), ("a and $job", "a and _var_job", "metric"),
            ("$job", "_var_job", "metric"),
            ("sum by (a) ($job)", "sum by (a) (_var_job)", "metric"),
            ("sum($job) by (a)", "sum(_var_job) by (a)", "metric"),
            (
                "label_replace(x, \"a\", \"$1-$name\", \"b\", \"(.*)\")",
                "label_replace(x, \"a\", \"$1-$name\", \"b\", \"(.*)\")", ""
            ),
            ("x{a=\"\\\"$job\"}", "x{a=\"\\\"_var_job\"}", "text"),
        ])
    func substitution(query: String, expected: String, roles: String) throws {
        let substituted = try substituted(query)
        #expect(substituted.text == expected)
        #expect(substituted.placeholders.map { "\($0.role)" }.joined(separator: " ") == roles)
        for placeholder in substituted.placeholders {
            #expect(substituted.sourceRange(of: placeholder.range) == placeholder.use.range)
            #expect(substituted.place(of: placeholder.range).text.contains(placeholder.use.name))
        }
    }

    @Test("What is known of a placeholder, and what nobody knows")
    func knowledge() throws {
        let query = try substituted("up{env=\"$env\", a=\"$nothing\"} > $other")
        #expect(query.placeholders.first?.variable?.closedValues?.map(\.value) == ["prod", "stage", "a\\,b"])
        #expect(query.unknownUses.map(\.name) == ["nothing", "other"])
        #expect(query.placeholders(in: 0..<4).isEmpty)
        #expect(query.placeholders(in: 8..<16).map(\.use.name) == ["env"])
        #expect(VariableScope.isBuiltIn("__interval"))
    }

    @Test("Places lead back through any substitution", arguments: 0..<20)
    func mapping(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let parts = [
            "$job", "${env:regex}", "[[step]]", "\"", "'", "(", ")", "[", "]", "{", "}", "a", " ", "é", "by", "\\", "=",
            ",", "-", "#", "$",
        ]
        let scope = try Self.scope()
        for _ in 0..<300 {
            let text = (0..<Int.random(in: 1...12, using: &random)).map { _ in parts.randomElement(using: &random) ?? ""
            }.joined()
            let file = SourceFile(text)
            let source = SourceText(text, layer: TextLayer(file), scalar: 0..<text.utf8.count, style: .line)
            let query = SubstitutedQuery(source, scope: scope)
            // Taken back, placeholder by placeholder, the text is what it was.
            var back = Array(query.text.utf8)
            for placeholder in query.placeholders.reversed() {
                back.replaceSubrange(placeholder.range, with: Array(text.utf8)[placeholder.use.range])
            }
            #expect(String(decoding: back, as: UTF8.self) == text)
            #expect(query.sourceRange(of: 0..<query.text.utf8.count) == 0..<text.utf8.count)
        }
    }
}
