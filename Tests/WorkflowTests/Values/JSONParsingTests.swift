import Testing
import Workflow
import TestSupport

@Suite("JSON reading")
struct JSONParsingTests {
    @Test(
        "A text gives its value",
        arguments: [
            ("null", .null), (" true ", true), ("false", false), ("0", 0), ("-0", 0), ("-1", -1), ("42\n", 42),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number(0x1p63)), ("-9223372036854775809", .number(-0x1p63)),
            ("18446744073709551616", .number(0x1p64)), ("1.5", 1.5), ("-0.0", .number(-0.0)), ("3.0", .number(3)),
            ("1e2", .number(100)), ("1E+2", .number(100)), ("25e-1", 2.5), ("0.1", 0.1), ("1e22", .number(1e22)),
            ("1e23", .number(1e23)), ("123456789012345678e-10", .number(12345678.9012345678)),
            ("5e-324", .number(.leastNonzeroMagnitude)),
            ("1e-400", .number(0)), ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)),
            ("0.30000000000000004", .number(0.1 + 0.2)), ("9007199254740993.0", .number(9007199254740992)),
            ("\"\"", ""), ("\"a\"", "a"), ("\"é🛒\"", "é🛒"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u0041\u00e9\u0000""#, "Aé\0"), (#""\ud83d\uded2x""#, "🛒x"), (#""é\n🛒""#, "é\n🛒"), ("[]", []),
            ("[ ]", []),
            ("[1,[2]]", [1, [2]]), ("{}", [:]), ("{ }", [:]),
            (#"{"a" : {"b":[true,null]}}"#, ["a": ["b": [true, .null]]]),
            (#"{"":1}"#, ["": 1]), ("\t\r\n [1 , 2]", [1, 2]),
        ] as [(String, JSONValue)])
    func value(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text.utf8) == value)
        #expect(try JSONValue(parsing: Array(text.utf8)) == value)
        // A collection without contiguous storage takes another way in.
        #expect(try JSONValue(parsing: Array(text.utf8).lazy.map { $0 }) == value)
    }

    @Test("Integers and doubles are told apart")
    func kinds() throws {
        #expect(try JSONValue(parsing: "1".utf8) != JSONValue(parsing: "1.0".utf8))
        guard case .number(let zero) = try JSONValue(parsing: "-0.0".utf8) else { return #expect(Bool(false)) }
        #expect(zero.sign == .minus)
    }

    @Test("A malformed text gives an error with a place", arguments: Fixtures.names(in: "malformed/json"))
    func malformed(name: String) throws {
        let bytes = try Fixtures.bytes("malformed/json/\(name)")
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
        let found = try #require(error)
        #expect(0...bytes.count ~= found.offset && found.line >= 1 && found.column >= 1)
        #expect(!found.code.isEmpty && !found.message.isEmpty && !found.remedy.isEmpty)
    }

    @Test(
        "An error says what, where and what to do",
        arguments: [
            ("[1,\n  2,]", "trailing-comma", 2, 4), ("{\"a\":1,\n\"é\":2,\"é\":3}", "duplicate-key", 2, 7),
            ("[NaN]", "unknown-word", 1, 2), ("[1] 2", "trailing-content", 1, 5),
            ("[1 2]", "unexpected-character", 1, 4),
            ("[1e999]", "number-out-of-range", 1, 2), ("[01]", "malformed-number", 1, 2),
            ("{\"a\":", "unexpected-end", 1, 6),
            ("\"a\u{1}\"", "control-character", 1, 3), ("\"\\ud800\"", "lone-surrogate", 1, 2),
            ("// x", "comment", 1, 1),
            ("", "empty", 1, 1), ("\"\\x\"", "unknown-escape", 1, 2),
        ])
    func place(text: String, code: String, line: Int, column: Int) throws {
        let error = try #require(#expect(throws: JSONError.self) { try JSONValue(parsing: text.utf8) })
        #expect((error.code, error.line, error.column) == (code, line, column), "\(error)")
    }

    @Test("The errors read as they should")
    func golden() throws {
        var text = ""
        for name in Fixtures.names(in: "malformed/json", extension: "json") {
            do {
                _ = try JSONValue(parsing: try Fixtures.bytes("malformed/json/\(name)"))
            } catch let error as JSONError {
                text += "\(name): \(error.code): \(error)\n"
            }
        }
        #expect(try Fixtures.matchesGolden(text, "diagnostics/malformed-json.txt"))
    }

    @Test("Each limit is the last size that is accepted")
    func limits() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSONValue(parsing: nested(64).utf8)
        #expect(throws: JSONError.self) { try JSONValue(parsing: nested(65).utf8) }
        _ = try JSONValue(parsing: nested(512).utf8, limits: .trusted)
        #expect(throws: JSONError.self) { try JSONValue(parsing: nested(513).utf8, limits: .trusted) }
        let few = JSONLimits(values: 3)
        _ = try JSONValue(parsing: "[1,2]".utf8, limits: few)
        #expect(throws: JSONError.self) { try JSONValue(parsing: "[1,2,3]".utf8, limits: few) }
        let short = JSONLimits(stringBytes: 3)
        for text in ["\"abc\"", "\"é\\n\"", "{\"abc\":1}"] { _ = try JSONValue(parsing: text.utf8, limits: short) }
        for text in ["\"abcd\"", "\"éé\"", "\"abc\\n\"", "{\"abcd\":1}"] {
            #expect(throws: JSONError.self) { try JSONValue(parsing: text.utf8, limits: short) }
        }
    }

    @Test("A text cut off anywhere is refused")
    func truncated() throws {
        let text = Array(#"{"a":[1,-2.5e3,"x\u00e9\ud83d\uded2é",true,null,{"b":{}}],"c":"é"}"#.utf8)
        _ = try JSONValue(parsing: text)
        for length in 0..<text.count {
            #expect(throws: JSONError.self) { try JSONValue(parsing: text[..<length]) }
        }
    }

    @Test("Changed bytes give a value or an error", arguments: 1...4)
    func mutated(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let text = Array(#"{"a":[1,-2.5e3,"x\u00e9\ud83d\uded2é",true,null,{"b":{}}],"c":"é"}"#.utf8)
        for _ in 0..<3000 {
            var bytes = text
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
            }
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            #expect((try? JSONValue(parsing: value.encoded)) == value, "seed \(seed)")
        }
    }
}
