/// Text with placeholders, such as `Order {{order.id}} of {{customer.name}}`.
///
/// A text that is one placeholder and nothing else gives the value it names, of whatever type, or null when it is missing.
/// Inside text a missing value and null give nothing, a string itself, anything else its compact JSON. `\{{` stands for
/// the two braces; a backslash before that backslash stands for itself. `}}` outside a placeholder is text. There are no
/// operators, filters or loops. At most 16 KiB of text.
public struct Template: Sendable, Hashable {
    /// The text as it was written.
    public let source: String
    let parts: [Part]

    enum Part: Sendable, Hashable {
        case text(String)
        case path(Path)
    }

    public static let maximumBytes = 16 << 10

    public init(parsing source: String) throws(ExpressionError) {
        guard source.utf8.count <= Self.maximumBytes else {
            throw ExpressionError(.textTooLong(limit: Self.maximumBytes))
        }
        self.source = source
        var parser = TemplateParser(source)
        parts = try parser.parse()
    }

    /// The paths of the placeholders, in order.
    public var paths: [Path] {
        parts.compactMap { if case .path(let path) = $0 { path } else { nil } }
    }

    /// Whether it has no placeholder.
    public var isConstant: Bool { paths.isEmpty }

    /// The path, when the template is one placeholder and nothing else.
    public var wholePath: Path? {
        if parts.count == 1, case .path(let path) = parts[0] { path } else { nil }
    }

    /// The value, bounded by the limit; throws ``ExpressionError/Reason/resultTooLarge(limit:)`` or `resultTooDeep`.
    public func render(
        in scope: Scope, limit: RenderLimit = .standard
    ) throws(ExpressionError) -> JSONValue {
        var work = Work()
        return try render(in: scope, limit: limit, &work)
    }

    func render(
        in scope: Scope, limit: RenderLimit = .standard, _ work: inout Work
    ) throws(ExpressionError) -> JSONValue {
        var budget = RenderBudget(limit, work)
        defer { work = budget.work }
        return try render(in: scope, budget: &budget, depth: 0)
    }

    /// The value as text: as ``render(in:limit:)``, but a single placeholder is treated like one inside text.
    public func renderText(
        in scope: Scope, limit: RenderLimit = .standard
    ) throws(ExpressionError) -> String {
        var work = Work()
        return try renderText(in: scope, limit: limit, &work)
    }

    func renderText(
        in scope: Scope, limit: RenderLimit = .standard, _ work: inout Work
    ) throws(ExpressionError) -> String {
        var budget = RenderBudget(limit, work)
        defer { work = budget.work }
        return try text(in: scope, budget: &budget)
    }

    /// The text, with what `write` makes of the value of each placeholder; nil for one that is missing.
    public func text<Failure: Error>(
        in scope: Scope, _ write: (Path, JSONValue?) throws(Failure) -> String
    ) throws(Failure) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .text(let piece): text += piece
            case .path(let path): text += try write(path, path.resolve(in: scope))
            }
        }
        return text
    }

    func render(
        in scope: Scope, budget: inout RenderBudget, depth: Int
    ) throws(ExpressionError) -> JSONValue {
        guard let wholePath else { return .string(try text(in: scope, budget: &budget)) }
        let value = wholePath.resolve(in: scope, &budget.work) ?? .null
        try budget.spend(on: value, depth: depth)
        return value
    }

    private func text(in scope: Scope, budget: inout RenderBudget) throws(ExpressionError) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .text(let piece):
                try budget.spend(bytes: piece.utf8.count)
                text += piece
            case .path(let path):
                guard let value = path.resolve(in: scope, &budget.work), !value.isNull else { continue }
                try budget.spend(on: value, depth: 0)
                text += value.string ?? value.description
            }
        }
        return text
    }
}

extension Template: CustomStringConvertible {
    public var description: String { source }
}

/// How large a rendered value may become.
public struct RenderLimit: Sendable, Hashable {
    /// About the bytes of its compact JSON.
    public var bytes: Int
    /// Lists and objects inside one another; below ``JSONLimits/deepest``, so that what is rendered can be stored and
    /// read again.
    public var depth: Int

    public init(bytes: Int, depth: Int = 128) {
        self.bytes = bytes
        self.depth = depth
    }

    /// 1 MiB, 128 levels.
    public static let standard = RenderLimit(bytes: 1 << 20)
}

/// What is left of a ``RenderLimit`` while a value is rendered.
struct RenderBudget {
    private let limit: RenderLimit
    private var left: Int
    var work: Work

    init(_ limit: RenderLimit, _ work: Work = Work()) {
        self.limit = limit
        self.work = work
        left = limit.bytes
    }

    mutating func spend(bytes: Int) throws(ExpressionError) {
        left -= bytes
        work.spend(bytes)
        try work.check()
        if left < 0 { throw ExpressionError(.resultTooLarge(limit: limit.bytes)) }
    }

    mutating func enter(_ depth: Int) throws(ExpressionError) {
        if depth > limit.depth { throw ExpressionError(.resultTooDeep(limit: limit.depth)) }
    }

    /// Counts a value's bytes; stops as soon as they are too many.
    mutating func spend(on value: JSONValue, depth: Int) throws(ExpressionError) {
        switch value {
        case .null, .bool: try spend(bytes: 4)
        case .integer, .number: try spend(bytes: 8)
        case .string(let string): try spend(bytes: string.utf8.count + 2)
        case .array(let elements):
            try enter(depth + 1)
            try spend(bytes: 2 + elements.count)
            for element in elements { try spend(on: element, depth: depth + 1) }
        case .object(let object):
            try enter(depth + 1)
            try spend(bytes: 2)
            for (key, member) in object {
                try spend(bytes: key.utf8.count + 4)
                try spend(on: member, depth: depth + 1)
            }
        }
    }
}

private struct TemplateParser {
    let scalars: [Unicode.Scalar]
    var position = 0
    var parts: [Template.Part] = []
    var text = String.UnicodeScalarView()

    init(_ source: String) { scalars = Array(source.unicodeScalars) }

    mutating func parse() throws(ExpressionError) -> [Template.Part] {
        while position < scalars.count {
            if scalars[position] == "\\" {
                backslashes()
            } else if startsPlaceholder(position) {
                flush()
                try placeholder()
            } else {
                text.append(scalars[position])
                position += 1
            }
        }
        flush()
        return parts
    }

    private func startsPlaceholder(_ place: Int) -> Bool {
        place + 1 < scalars.count && scalars[place] == "{" && scalars[place + 1] == "{"
    }

    /// Backslashes mean something only directly before `{{`: each two are one, one left over takes the braces as text.
    private mutating func backslashes() {
        var end = position
        while end < scalars.count, scalars[end] == "\\" { end += 1 }
        let count = end - position
        let escapes = startsPlaceholder(end)
        text.append(contentsOf: repeatElement("\\", count: escapes ? count / 2 : count))
        position = end
        if escapes, count % 2 == 1 {
            text.append(contentsOf: "{{".unicodeScalars)
            position += 2
        }
    }

    private mutating func placeholder() throws(ExpressionError) {
        let start = position + 2
        guard let end = closing(from: start) else { throw ExpressionError(.unclosedPlaceholder, at: position) }
        let inner = String(String.UnicodeScalarView(scalars[start..<end]))
        do throws(ExpressionError) {
            parts.append(.path(try Path(parsing: inner)))
        } catch {
            switch error.reason {
            case .emptyPath: throw ExpressionError(.emptyPlaceholder, at: position)
            // The braces found belong to a later placeholder: this one was not closed, or with one brace only.
            case .characterInPath("}"), .characterInPath("{"): throw ExpressionError(.unclosedPlaceholder, at: position)
            default: throw ExpressionError(error.reason, at: start + error.offset)
            }
        }
        position = end + 2
    }

    /// The first `}}` outside double quotes.
    private func closing(from start: Int) -> Int? {
        var isQuoted = false
        var place = start
        while place + 1 < scalars.count {
            switch scalars[place] {
            case "\\" where isQuoted: place += 1
            case "\"": isQuoted.toggle()
            case "}" where !isQuoted && scalars[place + 1] == "}": return place
            default: break
            }
            place += 1
        }
        return nil
    }

    private mutating func flush() {
        if !text.isEmpty { parts.append(.text(String(text))) }
        text = String.UnicodeScalarView()
    }
}
