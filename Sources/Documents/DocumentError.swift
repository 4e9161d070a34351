import Wording

/// Why a text is not the document that it should be, and where.
public struct DocumentError: Error, Sendable {
    /// Where it is wrong.
    public let place: SourcePlace
    /// A stable name of the reason in kebab case, for machines.
    public var code: String { fault.code }
    /// What is wrong, as a clause without a full stop.
    public var message: String { fault.message }
    /// What to do about it, as a clause without a full stop.
    public var remedy: String { fault.remedy }
    package let fault: DocumentFault

    package init(_ fault: DocumentFault, _ layer: TextLayer, _ offset: Int) {
        self.fault = fault
        let end = min(offset + 1, layer.bytes.count)
        place = SourcePlace(file: layer.file, range: layer.fileRange(min(offset, end)..<end))
    }
}

extension DocumentError: CustomStringConvertible {
    /// One line: place, what is wrong, remedy.
    public var description: String { "\(place): \(message) [\(code)]; \(remedy)" }
}

/// What can be wrong with the text of a document.
package enum DocumentFault: Sendable, Equatable {
    case tooLong(limit: Int)
    case tooManyNodes(limit: Int)
    case tooDeep(limit: Int)
    case invalidUTF8

    case byteOrderMark
    case empty
    case unexpectedEnd(expected: Expected)
    case unexpected(found: String, expected: Expected)
    case unknownWord(String)
    case trailingContent
    case trailingComma
    case comment
    case controlCharacter(UInt8)
    case unknownEscape(String)
    case loneSurrogate
    case malformedNumber(String)

    /// As libyaml says it.
    case yaml(String)
    case tab
    case undefinedAlias(String)
    case keyNotText
    case mergeNotMap

    /// What would have fitted at the place.
    package enum Expected: Sendable, Equatable {
        case value, key, colon, commaOrBracket, commaOrBrace, endOfString, hexDigits
    }
}

extension DocumentFault {
    package var code: String {
        switch self {
        case .tooLong, .tooManyNodes, .tooDeep: "too-large"
        case .invalidUTF8, .byteOrderMark: "encoding"
        case .undefinedAlias: "undefined-alias"
        case .empty: "empty-file"
        default: "syntax"
        }
    }

    package var message: String {
        switch self {
        case .tooLong(let limit): "the text is longer than \(limit) bytes"
        case .tooManyNodes(let limit): "the text holds more than \(limit) values"
        case .tooDeep(let limit): "lists and maps nest deeper than \(limit) levels"
        case .invalidUTF8: "the bytes are not valid UTF-8"
        case .byteOrderMark: "the text begins with a byte order mark"
        case .empty: "there is no JSON value"
        case .unexpectedEnd(let expected): "the text ends where \(expected.phrase) must follow"
        case .unexpected(let found, let expected): "found \(found) where \(expected.phrase) must stand"
        case .unknownWord(let word): "\(Prose.quote(word)) is not a JSON value"
        case .trailingContent: "something follows the end of the JSON value"
        case .trailingComma: "a comma stands before a closing bracket"
        case .comment: "JSON has no comments"
        case .controlCharacter(let byte): "a raw control character (\(byte)) stands in a string"
        case .unknownEscape(let escape): "\(Prose.quote(escape)) is no escape of JSON"
        case .loneSurrogate: "half of a surrogate pair stands alone"
        case .malformedNumber(let text): "\(Prose.quote(text)) is not a JSON number"
        case .yaml(let problem): "this is not YAML: \(problem)"
        case .tab: "a tab stands where YAML takes only spaces"
        case .undefinedAlias(let name): "no anchor \(Prose.quote("&" + name)) stands before this alias"
        case .keyNotText: "a list or a map stands as a key"
        case .mergeNotMap: "a merge key takes a map or a list of maps"
        }
    }

    package var remedy: String {
        switch self {
        case .tooLong, .tooManyNodes: "split the file"
        case .tooDeep: "flatten the value"
        case .invalidUTF8: "encode the text as UTF-8"
        case .byteOrderMark: "save the text as UTF-8 without a byte order mark"
        case .empty: "write a JSON value, such as {}"
        case .unexpectedEnd: "check that the text is complete and every bracket and quote is closed"
        case .unexpected(_, let expected): expected.remedy
        case .unknownWord: "put text in double quotes; true, false and null are in lower case"
        case .trailingContent: "remove what follows, or put it into a file of its own"
        case .trailingComma: "remove the comma"
        case .comment: "remove the comment"
        case .controlCharacter: "write it as an escape, such as \\n or \\u0000"
        case .unknownEscape: "use \\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\u and four hex digits"
        case .loneSurrogate: "write both halves, \\uD83D\\uDE00, or the character itself"
        case .malformedNumber: "write digits, then at most one fraction and one exponent, without leading zeros"
        case .yaml: "check indentation, quotes and colons here and in the line before"
        case .tab: "indent with spaces"
        case .undefinedAlias: "define the anchor above, or put the text in quotes"
        case .keyNotText: "put the key in quotes"
        case .mergeNotMap: "write `<<: *anchor` with the anchor of a map"
        }
    }
}

extension DocumentFault.Expected {
    fileprivate var phrase: String {
        switch self {
        case .value: "a value"
        case .key: "a key in double quotes"
        case .colon: "a colon"
        case .commaOrBracket: "a comma or ]"
        case .commaOrBrace: "a comma or }"
        case .endOfString: "the closing quote of a string"
        case .hexDigits: "four hex digits"
        }
    }

    fileprivate var remedy: String {
        switch self {
        case .value: "write a string in double quotes, a number, true, false, null, a list or an object"
        case .key: "put each key in double quotes"
        case .colon: "put a colon between key and value"
        case .commaOrBracket, .commaOrBrace: "separate what stands in a list or an object by commas, and close it"
        case .endOfString: "close the string"
        case .hexDigits: "write \\u and four hex digits"
        }
    }
}
