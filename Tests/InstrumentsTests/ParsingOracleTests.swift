import Foundation
import Instruments
import Testing
import TestSupport

/// What we read against what the parsers of the Python client read.
@Suite struct ParsingOracleTests {
    /// What the oracle makes of one text: the error, or else the samples.
    struct Answer: Decodable {
        struct Sample: Decodable {
            let name: String
            let labels: [String: String]
            let value: String
        }

        let error: String?
        let samples: [Sample]
    }

    /// Our encoder's families of all sorts, with help texts, labels and numbers of all sorts.
    @Test(arguments: RoundTripTests.formats)
    func pythonReadsWhatWeRead(_ formats: RoundTripTests.Formats) throws {
        let texts = try (1...30).map { (seed: UInt64) in
            var random = SeededGenerator(seed: seed)
            return String(decoding: try RoundTripTests.registry(&random).expose(formats.shown), as: UTF8.self)
        }
        for (text, answer) in zip(texts, try Oracle.answers(texts, formats.read)) {
            #expect(answer.error == nil)
            #expect(try Self.spellings(of: text, formats.read) == Self.spellings(of: answer))
        }
    }

    /// A text that we take, though it has been tampered with, Python takes too and reads the same: we are the stricter.
    @Test(arguments: TextFormat.allCases)
    func whatWeAcceptPythonAccepts(_ format: TextFormat) throws {
        var random = SeededGenerator(seed: 11)
        // The Python client takes no escaped quote in an exemplar.
        let whole = ParsingTests.everything(format).replacing(#"trace_id="é\"""#, with: #"trace_id="é""#)
        var texts = [whole]
        while texts.count < 150 {
            let text = tampered(whole, &random)
            guard let exposition = try? ParsedExposition(parsing: text.utf8, format: format) else { continue }
            if !isReadOtherwise(text, exposition) { texts.append(text) }
        }
        for (text, answer) in zip(texts, try Oracle.answers(texts, format)) {
            // It cannot compare two timestamps, one of which has an exponent.
            if answer.error?.contains("'float' object has no attribute 'sec'") == true { continue }
            #expect(answer.error == nil, "\(text)")
            #expect(try Self.spellings(of: text, format) == Self.spellings(of: answer), "\(text)")
        }
    }

    /// Where the Python client takes -0 for 0, or leaves out a sample whose timestamp is that of the one before.
    private func isReadOtherwise(_ text: String, _ exposition: ParsedExposition) -> Bool {
        let samples = exposition.families.flatMap(\.samples)
        let identities = Set(samples.map { "\($0.name) \($0.labels) \(String(describing: $0.timestamp))" })
        return text.contains(" -0\n") || identities.count < samples.count
    }

    private func tampered(_ text: String, _ random: inout SeededGenerator) -> String {
        var lines = text.split(separator: "\n").map(String.init)
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let index = Int.random(in: 0..<lines.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: lines.remove(at: index)
            case 1: lines.swapAt(index, Int.random(in: 0..<lines.count, using: &random))
            case 2: lines.insert(random.one(of: lines), at: index)
            default:
                var scalars = Array(lines[index].unicodeScalars)
                let place = Int.random(in: 0...scalars.count, using: &random)
                let piece = random.one(of: [
                    "", " ", "1", "-", "\"", "\\", ",", "{}", "e5", "Inf", "NaN", "a", ".", "_sum",
                ])
                let end = min(place + Int.random(in: 0...1, using: &random), scalars.count)
                scalars.replaceSubrange(place..<end, with: Array(piece.unicodeScalars))
                lines[index] = String(String.UnicodeScalarView(scalars))
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    static func spellings(of text: String, _ format: TextFormat) throws -> [[UInt8]] {
        try ParsedExposition(parsing: text.utf8, format: format).families.flatMap(\.samples).map { sample in
            spelling(sample.name, sample.labels.map { ($0.name, $0.value) }, sample.value.double)
        }
    }

    static func spellings(of answer: Answer) -> [[UInt8]] {
        answer.samples.map { spelling($0.name, $0.labels.map { ($0.key, $0.value) }, Double($0.value) ?? 0.12345) }
    }

    private static func spelling(_ name: String, _ labels: [(String, String)], _ value: Double) -> [UInt8] {
        let pairs = labels.map { Array("\($0.0)=\($0.1)".utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
        return Array(name.utf8) + pairs.joined(separator: [0]) + Array(" \(value.isNaN ? "NaN" : "\(value)")".utf8)
    }
}

extension Oracle {
    /// What the Python client makes of each text.
    static func answers(_ texts: [String], _ format: TextFormat) throws -> [ParsingOracleTests.Answer] {
        let isOpenMetrics = format == .openMetrics100
        let parser = try pythonParser(openMetrics: isOpenMetrics)
        let script = """
            import io, json, sys
            from prometheus_client.\(isOpenMetrics ? "openmetrics." : "")parser import text_fd_to_metric_families
            def answer(text):
                try:
                    return {"error": None, "samples": [
                        {"name": sample.name, "labels": sample.labels, "value": repr(float(sample.value))}
                        for family in text_fd_to_metric_families(io.StringIO(text, newline="\\n"))
                        for sample in family.samples]}
                except Exception as error:
                    return {"error": repr(error), "samples": []}
            print(json.dumps([answer(text) for text in json.load(sys.stdin)]))
            """
        let batch = Oracle(executable: parser.executable, arguments: ["-c", script])
        let answer = try batch.ask([UInt8](JSONEncoder().encode(texts)))
        try #require(answer.status == 0, "\(answer.output)")
        return try JSONDecoder().decode([ParsingOracleTests.Answer].self, from: Data(answer.output.utf8))
    }
}
