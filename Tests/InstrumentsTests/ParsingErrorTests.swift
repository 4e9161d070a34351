import Foundation
import Instruments
import Testing

@Suite struct ParsingErrorTests {
    /// A text that its format forbids, of `Tests/Fixtures/exposition/errors.txt`, which has two lines for each: format
    /// and text, as a string of JSON; code and error.
    struct Malformed: Sendable, CustomTestStringConvertible {
        let format: TextFormat
        let text: String
        let error: String

        var testDescription: String { text.debugDescription }

        static func all() throws -> [Malformed] {
            let formats: [Substring: TextFormat] = [
                "text004": .text004, "text100": .text100, "openMetrics100": .openMetrics100,
            ]
            let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("../Fixtures/exposition/errors.txt")
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            return try stride(from: 0, to: lines.count, by: 2).map { index in
                let words = lines[index].split(separator: " ", maxSplits: 1)
                return Malformed(
                    format: try #require(formats[words[0]]),
                    text: try JSONDecoder().decode(String.self, from: Data(words[1].utf8)),
                    error: lines[index + 1].trimmingCharacters(in: .whitespaces))
            }
        }
    }

    private func failure(
        _ bytes: some Collection<UInt8>, _ format: TextFormat, _ limits: ExpositionLimits = .standard
    ) -> ExpositionError? {
        do throws(ExpositionError) {
            _ = try ParsedExposition(parsing: bytes, format: format, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: try Malformed.all())
    func anErrorSaysWhereAndWhy(_ malformed: Malformed) throws {
        let error = try #require(failure(malformed.text.utf8, malformed.format))
        #expect("\(error.code), \(error)" == malformed.error)
        let before = String(decoding: malformed.text.utf8.prefix(error.offset), as: UTF8.self).unicodeScalars
        #expect(error.line == before.count { $0 == "\n" } + 1)
        #expect(error.column == before.reversed().prefix { $0 != "\n" }.count + 1)
    }

    @Test(
        arguments: [
            ([0xEF, 0xBB, 0xBF], 0), ([0x61, 0x0A, 0x80], 2), ([0xC0, 0x80], 0), ([0xC1, 0xBF], 0), ([0xC3], 0),
            ([0xE0, 0x9F, 0xBF], 0), ([0xED, 0xA0, 0x80], 0), ([0xE2, 0x82], 0), ([0xF0, 0x8F, 0xBF, 0xBF], 0),
            ([0xF4, 0x90, 0x80, 0x80], 0), ([0xF5, 0x80, 0x80, 0x80], 0), ([0x20, 0xC3, 0xA9, 0xF0, 0x9F, 0x98], 3),
            ([0xFF], 0), (Array(repeating: 0x20, count: 16) + [0xC3, 0xA9, 0xC3], 18),
        ] as [([UInt8], Int)], TextFormat.allCases)
    func whatIsNotUTF8IsRefusedWhereItEnds(_ bad: ([UInt8], Int), _ format: TextFormat) {
        let error = failure(bad.0, format)
        #expect(error?.code == .encoding)
        #expect(error?.offset == bad.1)
    }

    @Test(
        arguments: [
            (.init(bytes: 3), "1:4: the text is longer than 3 bytes"),
            (.init(bytes: -1), "1:1: the text is longer than -1 bytes"),
            (.init(families: 1), "3:8: the text has more than 1 families"),
            (.init(samples: 2), "4:1: the text has more than 2 samples"),
            (.init(labels: 2), "2:15: the labels are more than 2 labels"),
            (.init(stringBytes: 4), "3:10: a name or text is longer than 4 bytes"),
            (
                .init(bytes: 0, families: 0, samples: 0, labels: 0, stringBytes: 0),
                "1:1: the text is longer than 0 bytes"
            ),
            (.init(bytes: 64, families: 2, samples: 3, labels: 3, stringBytes: 5), nil),
            (.init(bytes: .max, families: .max, samples: .max, labels: .max, stringBytes: .max), nil),
            (
                .init(families: .min, samples: 9, labels: 9, stringBytes: 9),
                "1:1: the text has more than \(Int.min) families"
            ),
        ] as [(ExpositionLimits, String?)])
    func whatIsTooMuchIsRefused(_ limits: ExpositionLimits, _ expected: String?) {
        let text = "a{b=\"c\"} 1\na{b=\"1\",c=\"2\",d=\"3\"} 1\n# HELP b Help.\nb 12345678\n"
        let error = failure(text.utf8, .text004, limits)
        #expect(error?.code == expected.map { _ in .limit })
        #expect(error.map { "\($0.line):\($0.column): \($0.message)" } == expected)
    }

    @Test func aNumberHasAtMost2048Bytes() {
        let zeros = String(repeating: "0", count: 2046)
        #expect(failure("a 0.\(zeros)\n".utf8, .text004)?.code == nil)
        #expect(failure("a 0.0\(zeros)\n".utf8, .text004)?.code == .limit)
        #expect(failure("a \(zeros)01\n".utf8, .text004)?.code == nil)
        #expect(failure("a 1\(zeros)\n".utf8, .text004)?.code == .number)
        let quantile = "# TYPE a summary\na{quantile=\"0.\(zeros)"
        #expect(failure("\(quantile)\"} 1\n".utf8, .text004)?.code == nil)
        #expect(failure("\(quantile)0\"} 1\n".utf8, .text004)?.code == .label)
    }

    /// Whoever cuts a text anywhere gets an error, or all that stands before the cut.
    @Test(arguments: TextFormat.allCases)
    func aTextCutAnywhereIsNeverTakenForWhole(_ format: TextFormat) throws {
        let text = Array(ParsingTests.everything(format).utf8)
        let whole = try ParsedExposition(parsing: text, format: format)
        for length in 0..<text.count {
            guard let part = try? ParsedExposition(parsing: text.prefix(length), format: format) else { continue }
            #expect(format != .openMetrics100 || length == text.count - 1)
            let samples = part.families.flatMap(\.samples)
            #expect(samples == Array(whole.families.flatMap(\.samples).prefix(samples.count)))
        }
    }
}
