import Wording
import Workflow

/// Reads the members of a JSON object that a client sent, and gathers all that is wrong with it.
struct BodyReader {
    let object: JSONObject
    /// Where the object stands in the body; empty is the body itself.
    let path: String
    private(set) var faults: [Fault] = []

    /// Notes each member whose name is not known.
    init(_ value: JSONValue, path: String = "", known: [String]) {
        self.path = path
        guard let object = value.object else {
            self.object = [:]
            faults = [Self.wrongType(value, expected: "an object", path: path)]
            return
        }
        self.object = object
        for key in object.keys where !known.contains(key) {
            let nearest = NearestWord.find(key, among: known)
            faults.append(
                Fault(
                    code: "unknown_field", path: place(of: key), message: "\(quoted(key)) is not a field here",
                    remedy: nearest.map { "did you mean \(quoted($0))?" }
                        ?? "the fields are \(known.joined(separator: ", "))"))
        }
    }

    private func place(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    private static func wrongType(_ value: JSONValue, expected: String, path: String) -> Fault {
        Fault(
            code: "wrong_type", path: path, message: "must be \(expected), not \(value.kindName)",
            remedy: "send \(expected)")
    }

    mutating func note(_ key: String, _ code: String, _ message: String, remedy: String? = nil) {
        faults.append(Fault(code: code, path: place(of: key), message: message, remedy: remedy))
    }

    /// The member, read by `read`; a missing or mistyped one is noted, and nil is returned.
    ///
    /// - Parameter shown: a value of the right kind that will not do, as the message shows it; nil for one of another kind.
    private mutating func member<Value>(
        _ key: String, isRequired: Bool, expected: String, shown: (JSONValue) -> String? = { _ in nil },
        _ read: (JSONValue) -> Value?
    ) -> Value? {
        guard let value = object[key] else {
            if isRequired, !faults.contains(where: { $0.path == path && $0.code == "wrong_type" }) {
                note(key, "missing_field", "is missing", remedy: "add it; it must be \(expected)")
            }
            return nil
        }
        if let value = read(value) { return value }
        if let shown = shown(value) {
            note(key, "invalid", "must be \(expected), not \(shown)", remedy: "send \(expected)")
        } else {
            faults.append(Self.wrongType(value, expected: expected, path: place(of: key)))
        }
        return nil
    }

    mutating func string(_ key: String, isRequired: Bool = false) -> String? {
        member(key, isRequired: isRequired, expected: "a string", \.string)
    }

    mutating func object(_ key: String, isRequired: Bool = false) -> JSONObject? {
        member(key, isRequired: isRequired, expected: "an object", \.object)
    }

    mutating func list(_ key: String, isRequired: Bool = false) -> [JSONValue]? {
        member(key, isRequired: isRequired, expected: "a list", \.array)
    }

    mutating func strings(_ key: String) -> [String]? {
        guard let elements = list(key) else { return nil }
        for (position, element) in elements.enumerated() where element.string == nil {
            faults.append(Self.wrongType(element, expected: "a string", path: "\(place(of: key))[\(position)]"))
        }
        return elements.compactMap(\.string)
    }

    mutating func bool(_ key: String) -> Bool? {
        member(key, isRequired: false, expected: "true or false", \.bool)
    }

    mutating func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        let words = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        let shown = { (value: JSONValue) in value.double == nil ? nil : "\(value)" }
        return member(key, isRequired: false, expected: words, shown: shown) { value in
            value.integer.flatMap { Int(exactly: $0) }.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// One of some words.
    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, of type: Choice.Type, isRequired: Bool = false
    ) -> Choice? {
        string(key, isRequired: isRequired).flatMap { choice($0, at: key, of: type) }
    }

    /// Some of some words.
    mutating func choices<Choice: RawRepresentable<String> & CaseIterable & Hashable>(
        _ key: String, of type: Choice.Type
    ) -> Set<Choice> {
        let words = strings(key) ?? []
        return Set(words.enumerated().compactMap { choice($1, at: "\(key)[\($0)]", of: type) })
    }

    private mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ word: String, at key: String, of type: Choice.Type
    ) -> Choice? {
        if let choice = Choice(rawValue: word) { return choice }
        let known = Choice.allCases.map(\.rawValue)
        let nearest = NearestWord.find(word, among: known).map { "did you mean \(quoted($0))?" }
        note(
            key, "unknown_word", "must be one of \(known.joined(separator: ", "))",
            remedy: nearest ?? "send one of these")
        return nil
    }

    /// A time in RFC 3339.
    mutating func timestamp(_ key: String, isRequired: Bool = true) -> Timestamp? {
        let expected = "a time such as 2030-01-31T08:00:00Z"
        return member(key, isRequired: isRequired, expected: expected, shown: { $0.string.map { quoted($0) } }) {
            $0.string.flatMap(Timestamp.init)
        }
    }

    func check() throws(APIProblem) {
        if !faults.isEmpty { throw .invalidBody(faults) }
    }
}
