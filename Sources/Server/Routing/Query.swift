import Wording
import Workflow

/// The query parameters of a request, decoded and known.
struct Query: Sendable {
    static let none = Query()

    private var pairs: [(name: String, value: String)] = []

    private init() {}

    /// - Parameter text: what follows the `?`; nil and empty are no parameters.
    init(_ text: Substring?, rule: Route.QueryRule) throws(APIProblem) {
        guard let text, !text.isEmpty else { return }
        guard case .only(let known) = rule else {
            pairs = text.split(separator: "&").compactMap { try? Self.pair($0) }
            return
        }
        for part in text.split(separator: "&") {
            let (name, value) = try Self.pair(part)
            if known.contains(name) {
                if self[name] != nil {
                    throw .badParameter(name, "is given twice", remedy: "give it once")
                }
            } else if !known.contains(name + "*") {
                throw Self.unknown(name, known)
            }
            pairs.append((name, value))
        }
    }

    private static func pair(_ part: Substring) throws(APIProblem) -> (String, String) {
        let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = percentDecoded(sides[0], plusIsSpace: true),
            let value = percentDecoded(sides.count > 1 ? sides[1] : "", plusIsSpace: true)
        else {
            throw .badParameter(
                String(sides[0].prefix(60)), "is not percent-encoded UTF-8", remedy: "write a percent sign as %25")
        }
        return (name, value)
    }

    private static func unknown(_ name: String, _ known: [String]) -> APIProblem {
        let names = known.map { $0.hasSuffix("*") ? String($0.dropLast()) : $0 }
        let remedy =
            if let nearest = NearestWord.find(name, among: names) {
                "did you mean \(quoted(nearest))?"
            } else if names.isEmpty {
                "this request takes none"
            } else {
                "the parameters are \(names.joined(separator: ", "))"
            }
        return .badParameter(name, "is not known here", remedy: remedy)
    }

    subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

    func all(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }
}

extension Query {
    /// `wait`: how long the answer may wait for executions to end; nil is not at all.
    func wait(atMost limit: Duration) throws(APIProblem) -> Duration? {
        guard let text = self["wait"] else { return nil }
        let duration: Duration
        do {
            duration = try Duration(parsing: text)
        } catch {
            throw .badParameter("wait", "is no duration: \(error.message)", remedy: error.remedy)
        }
        guard duration <= limit else {
            throw .badParameter("wait", "is longer than \(limit.shortText)", remedy: "wait at most \(limit.shortText)")
        }
        return duration == .zero ? nil : duration
    }

    func pageSize(_ limits: ServerLimits) throws(APIProblem) -> Int {
        try count("limit", usual: limits.defaultPageSize, atMost: limits.maxPageSize)
    }

    /// How many of something are asked for.
    func count(_ name: String, usual: Int, atMost most: Int) throws(APIProblem) -> Int {
        guard let text = self[name] else { return usual }
        let isDecimal = text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isDecimal, let count = Int(text), (1...most).contains(count) else {
            throw .badParameter(name, "must be a whole number from 1 to \(most)")
        }
        return count
    }

    func bool(_ name: String) throws(APIProblem) -> Bool? {
        switch self[name] {
        case nil: return nil
        case "true": return true
        case "false": return false
        default: throw .badParameter(name, "must be true or false")
        }
    }

    func timestamp(_ name: String) throws(APIProblem) -> Timestamp? {
        guard let text = self[name] else { return nil }
        // A plus sign that was not encoded has become a space; the offset then reads ` 02:00`.
        guard let time = Timestamp(text) else {
            throw .badParameter(
                name, "must be a time in RFC 3339, such as 2026-03-01T12:00:00Z",
                remedy: text.contains(" ") ? "write a plus sign as %2B" : nil)
        }
        return time
    }

    /// Text of 1 to 200 characters.
    func text(_ name: String) throws(APIProblem) -> String? {
        guard let text = self[name] else { return nil }
        guard (1...200).contains(text.unicodeScalars.count) else {
            throw .badParameter(name, "must be 1 to 200 characters long")
        }
        return text
    }

    func choices<Choice: RawRepresentable<String> & CaseIterable & Hashable>(
        _ name: String, of type: Choice.Type
    ) throws(APIProblem) -> Set<Choice> {
        var choices: Set<Choice> = []
        for text in all(name) {
            guard let choice = Choice(rawValue: text) else {
                let words = Choice.allCases.map(\.rawValue)
                let nearest = NearestWord.find(text, among: words).map { "did you mean \(quoted($0))?" }
                throw .badParameter(name, "must be one of \(words.joined(separator: ", "))", remedy: nearest)
            }
            choices.insert(choice)
        }
        return choices
    }
}

/// The place where a page ended, as a text that clients hand back as it is.
enum Cursor {
    /// An id that is written in base 32 stands as it is.
    static func encode(_ id: ExecutionID) -> String { "e\(id)" }

    static func execution(_ text: String) throws(APIProblem) -> ExecutionID {
        guard text.first == "e", let id = ExecutionID(String(text.dropFirst())) else { throw invalid }
        return id
    }

    /// Any other id stands in hexadecimal.
    static func encode(workflow id: String) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let letters = id.utf8.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return "w" + String(decoding: letters, as: UTF8.self)
    }

    static func workflow(_ text: String) throws(APIProblem) -> String {
        let digits = Array(text.utf8.dropFirst())
        guard text.first == "w", digits.count.isMultiple(of: 2), !digits.isEmpty, digits.count <= 1024 else {
            throw invalid
        }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[start..<start + 2], as: UTF8.self), radix: 16) else {
                throw invalid
            }
            bytes.append(byte)
        }
        guard let id = String(validating: bytes, as: UTF8.self) else { throw invalid }
        return id
    }

    static var invalid: APIProblem {
        .badParameter(
            "cursor", "is not one that this list has given", remedy: "take it from \"next\" of the page before")
    }
}
