import Wording

/// Why a path, template, condition value or pattern cannot be read, or a template cannot be rendered.
public struct ExpressionError: Error, Sendable, Hashable {
    public let reason: Reason
    /// Unicode scalars of the expression's text before the place, from 0.
    public let offset: Int

    init(_ reason: Reason, at offset: Int = 0) {
        self.reason = reason
        self.offset = offset
    }

    public enum Reason: Sendable, Hashable {
        case emptyPath
        case emptySegment
        case indexFirst
        case characterInPath(String)
        case unclosedBracket
        case badBracket
        case tooManySegments(limit: Int)
        case unclosedPlaceholder
        case emptyPlaceholder
        case textTooLong(limit: Int)
        case notOnePlaceholder
        /// At rendering: the value would take more bytes of JSON than allowed.
        case resultTooLarge(limit: Int)
        /// At rendering: the value would nest deeper than allowed.
        case resultTooDeep(limit: Int)
        /// At evaluation: it takes more steps than it may.
        case tooMuchWork
        case pattern(PatternFault)
    }

    /// What a pattern holds that cannot be read, or is left out on purpose.
    public enum PatternFault: Sendable, Hashable {
        case backReference
        case lookAround
        case possessive
        case atomicGroup
        case unknownGroup
        case unknownFlag(String)
        case unknownEscape(String)
        case unicodeProperty
        case posixClass
        case unclosedGroup
        case unopenedGroup
        case unclosedClass
        case emptyClass
        case badRange(String)
        case nothingToRepeat
        case badRepeat(String)
        case repeatTooLarge(limit: Int)
        case badHex
        case trailingBackslash
        case tooDeep(limit: Int)
        case tooLarge(limit: Int)
    }
}

extension ExpressionError: CustomStringConvertible {
    public var description: String { "\(message); \(remedy)" }

    /// What is wrong, as a clause without a full stop.
    public var message: String {
        switch reason {
        case .emptyPath: "the path is empty"
        case .emptySegment: "a part of the path between two dots is empty"
        case .indexFirst: "the path begins with a number"
        case .characterInPath(let found): "\(Prose.quote(found)) cannot stand in a path"
        case .unclosedBracket: "a [ in the path is not closed"
        case .badBracket: "brackets in a path hold a whole number or a name in double quotes"
        case .tooManySegments(let limit): "the path has more than \(limit) parts"
        case .unclosedPlaceholder: "a {{ is not closed"
        case .emptyPlaceholder: "a placeholder is empty"
        case .textTooLong(let limit): "the text is longer than \(limit) bytes"
        case .notOnePlaceholder: "the text is not one placeholder"
        case .resultTooLarge(let limit): "the rendered value is larger than \(limit) bytes"
        case .resultTooDeep(let limit): "the rendered value nests deeper than \(limit) levels"
        case .tooMuchWork: "the expression takes too long with these values"
        case .pattern(let fault): fault.message
        }
    }

    /// What to do about it, as a clause without a full stop.
    public var remedy: String {
        switch reason {
        case .emptyPath, .emptySegment, .indexFirst: "write names joined by dots, such as order.items.0.sku"
        case .characterInPath:
            "paths are names joined by dots, without operators or filters; put an odd name in brackets: [\"odd key\"]"
        case .unclosedBracket, .badBracket: "write items[0] or [\"odd key\"]"
        case .tooManySegments: "flatten the data"
        case .unclosedPlaceholder: "close it with }}, or write \\{{ for the two braces themselves"
        case .emptyPlaceholder: "put a path between the braces: {{order.total}}"
        case .textTooLong: "shorten it, or take it from the context by a placeholder"
        case .notOnePlaceholder: "write one placeholder and nothing beside it: \"{{order.items}}\""
        case .resultTooLarge, .resultTooDeep: "put less of the context into it"
        case .tooMuchWork: "ask less of large values, or keep them out of the context"
        case .pattern(let fault): fault.remedy
        }
    }
}

extension ExpressionError.PatternFault {
    fileprivate var message: String {
        switch self {
        case .backReference: "a pattern cannot refer back to a group: that could take unbounded time"
        case .lookAround: "a pattern cannot look ahead or behind: that could take unbounded time"
        case .possessive: "possessive repeats do not exist here: no repeat ever tries again"
        case .atomicGroup: "atomic groups do not exist here: no group ever tries again"
        case .unknownGroup: "this kind of group does not exist here"
        case .unknownFlag(let flag): "there is no flag \(Prose.quote(flag))"
        case .unknownEscape(let escape): "\(Prose.quote(escape)) has no meaning"
        case .unicodeProperty: "Unicode properties are not supported"
        case .posixClass: "POSIX classes are not supported"
        case .unclosedGroup: "a ( is not closed"
        case .unopenedGroup: "a ) closes nothing"
        case .unclosedClass: "a [ is not closed"
        case .emptyClass: "the class holds no character"
        case .badRange(let range): "the range \(Prose.quote(range)) is no range of characters"
        case .nothingToRepeat: "there is nothing before the repeat that could be repeated"
        case .badRepeat(let text): "the repeat \(Prose.quote(text)) ends before it begins"
        case .repeatTooLarge(let limit): "a repeat counts further than \(limit)"
        case .badHex: "the escape needs hex digits of a Unicode scalar"
        case .trailingBackslash: "the pattern ends with a backslash"
        case .tooDeep(let limit): "groups nest deeper than \(limit) levels"
        case .tooLarge(let limit): "the pattern compiles to more than \(limit) instructions"
        }
    }

    fileprivate var remedy: String {
        switch self {
        case .backReference, .lookAround: "write it with classes and alternatives, or as two conditions under and"
        case .possessive: "leave out the second +"
        case .atomicGroup, .unknownGroup: "write ( ) or (?: )"
        case .unknownFlag: "use (?i), (?m) or (?s)"
        case .unknownEscape: "remove the backslash to mean the letter itself"
        case .unicodeProperty, .posixClass: "write a class such as [A-Za-z], \\d, \\w or \\s"
        case .unclosedGroup: "add ), or write \\( for the character"
        case .unopenedGroup: "remove it, or write \\) for the character"
        case .unclosedClass: "add ], or write \\[ for the character"
        case .emptyClass: "put a character into it, or write \\[ for the character"
        case .badRange: "write the lower character first"
        case .nothingToRepeat: "remove it, or put a backslash before it"
        case .badRepeat: "write the lower number first"
        case .badHex: "write \\x41, \\u0041 or \\x{1F600}"
        case .trailingBackslash: "write \\\\ for the character"
        case .repeatTooLarge, .tooDeep, .tooLarge: "simplify the pattern"
        }
    }
}
