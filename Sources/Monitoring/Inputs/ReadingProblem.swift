public import Documents
import Wording

/// What keeps a file, or a part of it, from being read as what it should be.
public struct ReadingProblem: Sendable {
    /// How bad a problem is.
    public enum Severity: String, Sendable, Hashable {
        /// The part is refused by the system that it is for.
        case error
        /// It is not what it seems to be, or newer systems only take it.
        case warning
    }

    /// Where the problem is.
    public let place: SourcePlace
    /// How bad it is.
    public var severity: Severity { fault.severity }
    /// A stable name in kebab case, such as `unknown-field`.
    public var code: String { fault.code }
    /// What is wrong, as a clause without a full stop.
    public var message: String { fault.message }
    /// What to do about it, as a clause without a full stop.
    public var remedy: String { fault.remedy }
    let fault: ReadingFault

    init(_ fault: ReadingFault, _ place: SourcePlace) {
        self.fault = fault
        self.place = place
    }
}

extension ReadingProblem: CustomStringConvertible {
    /// One line: place, what is wrong, remedy.
    public var description: String { "\(place): \(severity.rawValue): \(message) [\(code)]; \(remedy)" }

    /// For a terminal or a log: place and message, the line with a mark under the place, the remedy.
    public var rendered: String {
        "\(place): \(severity.rawValue): \(message) [\(code)]\n\(place.excerpt)  help: \(remedy)\n"
    }
}

/// The problems of one file, collected while it is read.
struct ReadingLog {
    private(set) var problems: [ReadingProblem] = []

    mutating func report(_ fault: ReadingFault, _ place: SourcePlace) {
        problems.append(ReadingProblem(fault, place))
    }

    /// A map with only fields that are known; anything else is reported. Nil when it is no map.
    mutating func map(_ node: DocumentNode, _ what: String, fields: [String]) -> DocumentNode? {
        guard case .mapping(let members) = node.content else {
            report(.wrongKind(what, expected: "a map", found: node.kindName), node.place)
            return nil
        }
        for member in members where !fields.contains(member.key.value) {
            let nearest = NearestWord.find(member.key.value, among: fields)
            report(.unknownField(member.key.value, in: what, nearest: nearest, known: fields), member.key.place)
        }
        return node
    }

    /// The elements of a list; none when there is no field or it is no list, which is reported.
    mutating func list(_ node: DocumentNode, _ field: String) -> [DocumentNode] {
        guard let value = node[field], !value.isNull else { return [] }
        guard case .sequence(let elements) = value.content else {
            report(.wrongKind(Prose.quote(field), expected: "a list", found: value.kindName), value.place)
            return []
        }
        return elements
    }

    /// The text of a scalar; nil when there is no field, it is null, or it is no scalar, which is reported.
    mutating func text(_ node: DocumentNode, _ field: String) -> SourceText? {
        guard let value = node[field], !value.isNull else { return nil }
        if let text = value.text { return text }
        report(.wrongKind(Prose.quote(field), expected: "a text", found: value.kindName), value.place)
        return nil
    }

    /// A text that must be there and not be empty.
    mutating func required(_ node: DocumentNode, _ field: String, _ what: String) -> SourceText? {
        let isThere = node[field].map { !$0.isNull } ?? false
        let text = text(node, field)
        if let text, !text.value.isEmpty { return text }
        if text != nil || !isThere { report(.missingField(field, in: what), text?.place ?? node.place) }
        return nil
    }
}
