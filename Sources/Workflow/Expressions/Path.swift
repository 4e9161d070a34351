import Wording

/// Where a value stands: `order.items.0.sku`, `items[0].sku`, `order["odd key"].x`.
///
/// A name may hold ASCII letters, digits, `_`, `-`, `$`, `@`, `:` and every character outside ASCII that is no space; any
/// other name stands in brackets and double quotes, `\"` and `\\` being its escapes. A whole number without leading
/// zeros is an index into a list, or a name when it meets an object. At most 32 parts.
public struct Path: Sendable, Hashable {
    public enum Segment: Sendable, Hashable {
        case key(String)
        case index(Int)
    }

    /// At least one; the first is a key.
    public let segments: [Segment]

    /// The first part, which names a variable.
    public let root: String

    public static let maximumSegments = 32

    public init(parsing text: some StringProtocol) throws(ExpressionError) {
        var parser = PathParser(Array(text.unicodeScalars))
        segments = try parser.parse()
        guard case .key(let name) = segments.first else { throw ExpressionError(.indexFirst) }
        root = name
    }

    /// The value at the path, nil when nothing stands there.
    public func resolve(in scope: Scope) -> JSONValue? {
        var work = Work()
        return resolve(in: scope, &work)
    }

    func resolve(in scope: Scope, _ work: inout Work) -> JSONValue? {
        work.spend(10 * segments.count)
        guard let value = scope[root] else { return nil }
        return Self.resolve(segments.dropFirst(), in: value, &work)
    }

    /// The value at the path inside an object, such as an event's data.
    public func resolve(in object: JSONObject) -> JSONValue? {
        guard let value = object[root] else { return nil }
        var work = Work()
        return Self.resolve(segments.dropFirst(), in: value, &work)
    }

    /// `length` is the number of elements, members or Unicode scalars, unless an object has a member of that name.
    private static func resolve(
        _ segments: ArraySlice<Segment>, in value: JSONValue, _ work: inout Work
    ) -> JSONValue? {
        var value = value
        for segment in segments {
            // The characters of a text are counted one by one.
            if case .string(let text) = value { work.spend(text.utf8.count / 4) }
            guard let next = step(segment, from: value) else { return nil }
            value = next
        }
        return value
    }

    private static func step(_ segment: Segment, from value: JSONValue) -> JSONValue? {
        switch (value, segment) {
        case (.object(let object), .key(let key)):
            object[key] ?? (key == "length" ? .integer(Int64(object.count)) : nil)
        case (.object(let object), .index(let index)): object[String(index)]
        case (.array(let elements), .index(let index)): index < elements.count ? elements[index] : nil
        case (.array(let elements), .key("length")): .integer(Int64(elements.count))
        case (.string(let string), .key("length")): .integer(Int64(string.unicodeScalars.count))
        default: nil
        }
    }
}

extension Path: CustomStringConvertible {
    /// The path in its shortest spelling, which parses to the same path.
    public var description: String {
        var text = ""
        for segment in segments {
            switch segment {
            case .index(let index): text += ".\(index)"
            case .key(let key) where PathParser.isPlain(key): text += text.isEmpty ? key : ".\(key)"
            case .key(let key): text += "[\"\(Self.escape(key))\"]"
            }
        }
        return text
    }

    private static func escape(_ key: String) -> String {
        var escaped = ""
        for scalar in key.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { escaped.unicodeScalars.append("\\") }
            escaped.unicodeScalars.append(scalar)
        }
        return escaped
    }
}

private struct PathParser {
    let scalars: [Unicode.Scalar]
    var position = 0
    var segments: [Path.Segment] = []

    init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

    /// Spaces around the whole path do not count.
    mutating func parse() throws(ExpressionError) -> [Path.Segment] {
        var end = scalars.count
        while position < end, scalars[position].properties.isWhitespace { position += 1 }
        while end > position, scalars[end - 1].properties.isWhitespace { end -= 1 }
        guard position < end else { throw ExpressionError(.emptyPath, at: position) }
        while position < end {
            if scalars[position] == "[" {
                try bracket(end)
            } else {
                if !segments.isEmpty { try dot(end) }
                try name(end)
            }
            if segments.count > Path.maximumSegments {
                throw ExpressionError(.tooManySegments(limit: Path.maximumSegments), at: position)
            }
        }
        return segments
    }

    private mutating func dot(_ end: Int) throws(ExpressionError) {
        guard scalars[position] == "." else { throw unexpected() }
        position += 1
        guard position < end else { throw ExpressionError(.emptySegment, at: position) }
    }

    private mutating func name(_ end: Int) throws(ExpressionError) {
        let start = position
        while position < end, Self.isNameScalar(scalars[position]) { position += 1 }
        guard position > start else {
            throw scalars[position] == "." ? ExpressionError(.emptySegment, at: position) : unexpected()
        }
        segments.append(Self.segment(String(String.UnicodeScalarView(scalars[start..<position]))))
    }

    private mutating func bracket(_ end: Int) throws(ExpressionError) {
        let start = position
        position += 1
        guard position < end else { throw ExpressionError(.unclosedBracket, at: start) }
        let segment: Path.Segment
        if scalars[position] == "\"" {
            segment = .key(try quoted(end, start))
        } else {
            guard let index = number(end) else { throw ExpressionError(.badBracket, at: start) }
            segment = .index(index)
        }
        guard position < end else { throw ExpressionError(.unclosedBracket, at: start) }
        guard scalars[position] == "]" else { throw ExpressionError(.badBracket, at: start) }
        position += 1
        segments.append(segment)
    }

    private mutating func quoted(_ end: Int, _ start: Int) throws(ExpressionError) -> String {
        var key = String.UnicodeScalarView()
        position += 1
        while position < end, scalars[position] != "\"" {
            if scalars[position] == "\\", position + 1 < end { position += 1 }
            key.append(scalars[position])
            position += 1
        }
        guard position < end else { throw ExpressionError(.unclosedBracket, at: start) }
        position += 1
        return String(key)
    }

    private mutating func number(_ end: Int) -> Int? {
        let start = position
        while position < end, "0"..."9" ~= scalars[position] { position += 1 }
        return Int(String(String.UnicodeScalarView(scalars[start..<position])))
    }

    private func unexpected() -> ExpressionError {
        ExpressionError(.characterInPath(String(Character(scalars[position]))), at: position)
    }

    /// A number in its only spelling is an index; `007` is a name.
    static func segment(_ name: String) -> Path.Segment {
        if let index = Int(name), index >= 0, String(index) == name { .index(index) } else { .key(name) }
    }

    static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-", "$", "@", ":": true
        default: scalar.value >= 0x80 && !scalar.properties.isWhitespace && !Prose.isControl(scalar)
        }
    }

    static func isPlain(_ key: String) -> Bool {
        guard !key.isEmpty, key.unicodeScalars.allSatisfy(isNameScalar) else { return false }
        return segment(key) == .key(key)
    }
}
