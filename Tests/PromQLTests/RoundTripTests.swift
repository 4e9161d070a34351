import PromQL
import TestSupport
import Testing

struct RoundTripTests {
    /// The canonical form is read back as the same tree, of the same type, and is its own canonical form.
    private func isStable(_ query: String) throws -> Bool {
        let expression = try Expression(parsing: query)
        let again = try Expression(parsing: expression.description)
        let wrapped = try Expression(parsing: expression.wrapped(width: 40))
        return again == expression && wrapped == expression && again.description == expression.description
            && again.typing.type == expression.typing.type
            && again.typing.errors.map(\.code) == expression.typing.errors.map(\.code)
    }

    @Test(arguments: Case.accepted)
    func casesAreStable(_ entry: Case) throws {
        #expect(try isStable(entry.query))
    }

    @Test func generatedQueriesAreStable() throws {
        var generator = QueryGenerator(seed: 7)
        var count = 0
        for _ in 0..<5000 {
            let query = generator.query()
            guard (try? Expression(parsing: query)) != nil else { continue }
            count += 1
            #expect(try isStable(query), "\(query)")
        }
        #expect(count > 2500)
    }

    @Test func aLongExpressionIsWrapped() throws {
        let query =
            #"histogram_quantile(0.99, sum by (le, job) (rate(http_request_duration_seconds_bucket{job="api", code=~"5.."}[5m])))"#
            + " > on (job) group_left (owner) (job:limits:max or vector(5)) and on () time() - start_time > 3600"
        let wrapped = """
            histogram_quantile(
              0.99,
              sum by (le, job) (
                rate(
                  http_request_duration_seconds_bucket{job="api", code=~"5.."}[5m]
                )
              )
            )
            > on (job) group_left (owner) (job:limits:max or vector(5))
            and on () time() - start_time > 3600
            """
        #expect(try Expression(parsing: query).wrapped(width: 70) == wrapped)
        #expect(try Expression(parsing: "sum(up)").wrapped() == "sum(up)")
        #expect(try Expression(parsing: #"up{a="b"}"#).wrapped(width: 5) == "up{\n  a=\"b\"\n}")
    }

    @Test(
        arguments: [
            (Self.binary(.power, Self.unary(Self.up), Self.up), "(-up) ^ up"),
            (Self.binary(.multiply, Self.binary(.add, Self.up, Self.up), Self.up), "(up + up) * up"),
            (Self.binary(.subtract, Self.up, Self.binary(.subtract, Self.up, Self.up)), "up - (up - up)"),
            (Self.binary(.power, Self.up, Self.binary(.power, Self.up, Self.up)), "up ^ up ^ up"),
            (Self.binary(.power, Self.binary(.power, Self.up, Self.up), Self.up), "(up ^ up) ^ up"),
            (Self.unary(Self.binary(.multiply, Self.up, Self.up)), "-(up * up)"),
            (
                .subquery(Subquery(expression: Self.unary(Self.up), duration: Self.minute, range: Self.nowhere)),
                "(-up)[1m:]"
            ),
        ])
    func aTreeMadeByHandGetsItsParentheses(_ expression: Expression, _ text: String) throws {
        #expect(expression.description == text)
        #expect(try isStable(text))
    }

    private static let nowhere = SourceRange(0..<0)
    private static let up = Expression.selector(VectorSelector(name: Name(text: "up", range: nowhere), range: nowhere))
    private static let minute = DurationLiteral(nanoseconds: 60_000_000_000, range: nowhere)

    private static func unary(_ operand: Expression) -> Expression {
        .unary(UnaryOperation(isNegation: true, operand: operand, range: nowhere))
    }

    private static func binary(_ operation: BinaryOperator, _ left: Expression, _ right: Expression) -> Expression {
        .binary(
            BinaryOperation(operation: operation, operationRange: nowhere, left: left, right: right, range: nowhere))
    }
}
