import PromQL
import Testing

struct ParsingTests {
    private static func canonical(_ query: String) -> [String] {
        [Expression.judgement(of: query).canonical ?? "refused"]
    }

    /// The query, a line with carets under what is wrong, and what is said of it, for each error.
    private static func errors(_ query: String) -> [String] {
        Expression.judgement(of: query).errors.flatMap { error in
            let before = String(decoding: Array(query.utf8).prefix(error.range.offsets.lowerBound), as: UTF8.self)
            let marked = String(decoding: Array(query.utf8)[error.range.offsets], as: UTF8.self)
            let carets =
                String(repeating: " ", count: before.unicodeScalars.count)
                + String(repeating: "^", count: max(1, marked.unicodeScalars.count))
            return [carets, "\(error.code): \(error.message); \(error.remedy)"]
        }
    }

    @Test func goldenFilesAreUpdatedOnRequest() throws {
        try Case.update("accepted.txt", Case.accepted, Self.canonical)
        try Case.update("refused.txt", Case.refused, Self.errors)
        #expect(Case.accepted.count > 100 && Case.refused.count > 100)
    }

    @Test(arguments: Case.accepted)
    func aQueryHasACanonicalForm(_ entry: Case) throws {
        #expect(Self.canonical(entry.query) == entry.expected)
    }

    @Test(arguments: Case.refused)
    func anErrorSaysWhereAndWhy(_ entry: Case) throws {
        #expect(Self.errors(entry.query) == entry.expected)
    }

    @Test func allTypeErrorsAreReported() throws {
        let query = #"rats(up) + sum(1) + rate(up) + up{a=~"("} and 1"#
        let errors = try Expression(parsing: query).typing.errors
        #expect(errors.map(\.code) == [.unknownFunction, .type, .type, .regex, .matching])
        #expect(errors.map(\.range.offsets) == [0..<4, 15..<16, 25..<27, 37..<40, 46..<47])
    }

    @Test func bytesThatAreNotUTF8AreRefusedOutsideComments() throws {
        #expect(try Expression(parsing: Array("up # ".utf8) + [0xFF]).description == "up")
        let error = #expect(throws: PromQLError.self) { try Expression(parsing: Array("up + ".utf8) + [0xFF]) }
        #expect(error?.range.offsets == 5..<6)
        let inText = #expect(throws: PromQLError.self) { try Expression(parsing: [0x22, 0x61, 0xFF, 0x22]) }
        #expect(inText?.code == .string && inText?.range.offsets == 2..<3)
    }

    @Test(
        arguments: [
            ("(", ")"), ("-", ""), ("sum(", ")"), ("1 + (", ")"), ("2 ^ ", ""), ("abs(", ")"), ("(up + ", ")"),
        ])
    func depthIsBounded(_ around: (String, String)) throws {
        func nested(_ count: Int) -> String {
            String(repeating: around.0, count: count) + "up" + String(repeating: around.1, count: count)
        }
        #expect(throws: Never.self) { try Expression(parsing: nested(PromQLLimits.nesting / 2 - 1)).typing }
        for count in [PromQLLimits.nesting, 20_000] {
            let error = #expect(throws: PromQLError.self) { try Expression(parsing: nested(count)) }
            #expect(error?.code == .limit)
        }
    }

    @Test func chainsAreBounded() throws {
        func chain(_ count: Int) -> String { Array(repeating: "up", count: count).joined(separator: " or ") }
        #expect(throws: Never.self) { try Expression(parsing: chain(PromQLLimits.height)).description }
        let error = #expect(throws: PromQLError.self) { try Expression(parsing: chain(PromQLLimits.height + 1)) }
        #expect(error?.code == .limit)
        let subqueries = "up" + String(repeating: "[5m:]", count: PromQLLimits.height)
        #expect(throws: PromQLError.self) { try Expression(parsing: subqueries) }
    }

    @Test func lengthIsBounded() throws {
        let query = "up" + String(repeating: " ", count: PromQLLimits.bytes)
        #expect(throws: PromQLError.self) { try Expression(parsing: query) }
        #expect(throws: Never.self) { try Expression(parsing: String(query.dropLast(2))) }
    }
}
