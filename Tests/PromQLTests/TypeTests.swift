import PromQL
import Testing
import Wording

struct TypeTests {
    @Test(
        arguments: [
            ("1", .scalar), ("\"a\"", .string), ("up", .vector), ("up[5m]", .matrix), ("up[5m:1m]", .matrix),
            ("(1)", .scalar), ("-1", .scalar), ("-up", .vector), ("1 + 2", .scalar), ("1 + up", .vector),
            ("up + 1", .vector), ("1 > bool 2", .scalar), ("up > 1", .vector), ("time()", .scalar),
            ("scalar(up)", .scalar),
            ("vector(1)", .vector), ("rate(up[5m])", .vector), ("sum(up)", .vector), ("unknown(up)", nil),
            ("-unknown()", nil),
        ] as [(String, ValueType?)])
    func anExpressionHasAType(_ query: String, _ type: ValueType?) throws {
        let expression = try Expression(parsing: query)
        #expect(expression.typing.type == type && expression.type == type)
    }

    @Test func whatFollowsFromAnUnknownFunctionIsNoError() throws {
        let errors = try Expression(parsing: "rate(unknown(1)) == unknown(2) and sum(unknown(3))").typing.errors
        #expect(errors.map(\.code) == [.unknownFunction, .unknownFunction, .unknownFunction])
    }

    @Test func theTableOfFunctionsIsSound() {
        #expect(Set(Function.all.map(\.name)).count == Function.all.count)
        for function in Function.all {
            #expect(Function.named(function.name) == function)
            #expect(function.minimum <= function.maximum ?? .max)
            #expect(function.minimum == 0 || !function.parameters.isEmpty)
        }
    }

    @Test(
        arguments: [
            ("rat", "rate"), ("histogram_quantil", "histogram_quantile"), ("avgovertime", "avg_over_time"), ("x", nil),
            ("", nil), ("prometheus", nil), ("ABSENT", "absent"), ("tiem", "time"),
        ] as [(String, String?)])
    func theNearestWordIsFound(_ word: String, _ nearest: String?) {
        #expect(NearestWord.find(word, among: Function.all.map(\.name)) == nearest)
    }
}
