import Testing
import Workflow
import TestSupport

@Suite("JSON writing")
struct JSONWritingTests {
    @Test(
        "A value has one spelling",
        arguments: [
            (.null, "null"), (true, "true"), (0, "0"), (-7, "-7"), (.integer(.min), "-9223372036854775808"),
            (.integer(.max), "9223372036854775807"), (.number(3), "3.0"), (.number(-0.0), "-0.0"),
            (.number(0.1), "0.1"),
            (.number(1e21), "1e+21"), (.number(.leastNonzeroMagnitude), "5e-324"), (.number(.nan), "null"),
            (.number(.infinity), "null"),
            ("", "\"\""), ("a\"\\/", #""a\"\\/""#),
            ("\n\t\r\u{8}\u{C}\u{0}\u{1F}\u{7F}", #""\n\t\r\b\f\u0000\u001f\u007f""#),
            ("é🛒", "\"é🛒\""), ([], "[]"), ([1, "a", []], #"[1,"a",[]]"#), ([:], "{}"),
            (["b": 1, "a": ["c": .null]], #"{"b":1,"a":{"c":null}}"#), (["\"": 1], #"{"\"":1}"#),
        ] as [(JSONValue, String)])
    func spelling(value: JSONValue, text: String) {
        #expect(value.description == text)
        #expect(value.encoded == Array(text.utf8))
    }

    @Test("What is written is read back as the same value", arguments: 1...20)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let value = Self.value(&random, depth: 0)
            #expect(try JSONValue(parsing: value.encoded) == value, "seed \(seed)")
            #expect(try JSONValue(parsing: value.encoded).encoded == value.encoded, "seed \(seed)")
        }
    }

    private static func value(_ random: inout SeededGenerator, depth: Int) -> JSONValue {
        switch Int.random(in: 0...(depth < 4 ? 8 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .integer(.random(in: .min ... .max, using: &random) >> Int64.random(in: 0...63, using: &random))
        case 3: return .number(number(&random))
        case 4...6: return .string(string(&random))
        case 7: return .array((0..<Int.random(in: 0...5, using: &random)).map { _ in value(&random, depth: depth + 1) })
        default:
            let count = Int.random(in: 0...20, using: &random)
            return .object(JSONObject((0..<count).map { _ in (string(&random), value(&random, depth: depth + 1)) }))
        }
    }

    private static func number(_ random: inout SeededGenerator) -> Double {
        let number = Double(bitPattern: random.next())
        return number.isFinite ? number : 0.5
    }

    private static func string(_ random: inout SeededGenerator) -> String {
        var string = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...20, using: &random) {
            let limit: UInt32 = [0x20, 0x7F, 0x7FF, 0x10FFFF].randomElement(using: &random) ?? 0x7F
            string.append(Unicode.Scalar(UInt32.random(in: 0...limit, using: &random)) ?? "x")
        }
        return String(string)
    }
}
