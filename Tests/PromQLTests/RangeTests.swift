import PromQL
import Testing

/// The places of the parts of a query.
struct RangeTests {
    private static let query =
        #"sum by (job, "é b") (rate({"m", a=~"é.+"}[5m] offset -1h)) / on(a) group_left (v) 0x1F > bool -'t'"#

    private func text(_ range: SourceRange) -> String {
        String(decoding: Array(Self.query.utf8)[range.offsets], as: UTF8.self)
    }

    @Test func eachPartKnowsItsPlace() throws {
        guard case .binary(let comparison) = try Expression(parsing: Self.query),
            case .binary(let division) = comparison.left, case .aggregation(let sum) = division.left,
            case .call(let rate) = sum.operand, case .range(let range) = rate.arguments.first,
            case .number(let number) = division.right, case .unary(let sign) = comparison.right,
            case .string(let string) = sign.operand
        else {
            Issue.record("another tree")
            return
        }
        #expect(text(comparison.range) == Self.query)
        #expect(text(comparison.operationRange) == ">")
        #expect(text(sum.operationRange) == "sum")
        #expect(sum.grouping.map { text($0.range) } == #"by (job, "é b")"#)
        #expect(sum.grouping?.labels.map { text($0.range) } == ["job", #""é b""#])
        #expect(text(rate.function.range) == "rate")
        #expect(text(rate.range) == #"rate({"m", a=~"é.+"}[5m] offset -1h)"#)
        #expect(text(range.range) == #"{"m", a=~"é.+"}[5m] offset -1h"#)
        #expect(text(range.selector.range) == #"{"m", a=~"é.+"}"#)
        #expect(range.selector.name.map { text($0.range) } == #""m""#)
        #expect(range.selector.matchers.map { text($0.range) } == [#"a=~"é.+""#])
        #expect(range.selector.matchers.map { text($0.value.range) } == [#""é.+""#])
        #expect(text(range.duration.range) == "5m")
        #expect(range.selector.offset.map { text($0.range) } == "offset -1h")
        #expect(range.selector.offset.map { text($0.duration.range) } == "-1h")
        #expect(division.matching.map { text($0.range) } == "on(a) group_left (v)")
        #expect(division.matching?.group?.include.map { text($0.range) } == ["v"])
        #expect(text(number.range) == "0x1F")
        #expect(text(string.range) == "'t'")
    }

    @Test func theWalkVisitsEachExpressionBeforeThoseInside() throws {
        var visited: [String] = []
        try Expression(parsing: "sum(a[5m:] + topk(1, (b[5m]))) ^ -c").walk { expression in
            visited.append(expression.description)
            return true
        }
        #expect(
            visited == [
                "sum(a[5m:] + topk(1, (b[5m]))) ^ -c", "sum(a[5m:] + topk(1, (b[5m])))", "a[5m:] + topk(1, (b[5m]))",
                "a[5m:]", "a", "topk(1, (b[5m]))", "1", "(b[5m])", "b[5m]", "-c", "c",
            ])
        let selectors = try Expression(parsing: "a + rate(b[5m]) / sum(c offset 5m)").selectors
        #expect(selectors.compactMap(\.name?.text) == ["a", "b", "c"])
    }
}
