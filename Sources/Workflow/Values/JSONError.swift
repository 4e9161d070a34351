import Wording

/// Why a text is not JSON that this program accepts, and where.
public struct JSONError: Error, Sendable, Hashable {
    public let reason: Reason
    /// Bytes before the place, from 0.
    public let offset: Int
    /// The line, from 1; lines end with LF.
    public let line: Int
    /// The column, from 1, counted in Unicode scalars.
    public let column: Int

    /// What is wrong.
    public enum Reason: Sendable, Hashable {
        case empty
        case byteOrderMark
        case unexpectedEnd(expected: Expected)
        case unexpected(found: String, expected: Expected)
        case unknownWord(String)
        case trailingContent
        case trailingComma
        case comment
        case duplicateKey(String)
        case controlCharacter(UInt8)
        case invalidUTF8
        case unknownEscape(String)
        case loneSurrogate
        case malformedNumber(String)
        case numberOutOfRange(String)
        case tooDeep(limit: Int)
        case tooManyValues(limit: Int)
        case stringTooLong(limit: Int)
    }

    /// What would have fitted at the place.
    public enum Expected: Sendable, Hashable {
        case value, key, colon, commaOrBracket, commaOrBrace, endOfString, hexDigits, digit
    }
}

extension JSONError {
    init(_ reason: Reason, at offset: Int, in bytes: UnsafeBufferPointer<UInt8>) {
        self.reason = reason
        self.offset = offset
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.line = line
        self.column = column
    }
}

extension JSONError: CustomStringConvertible {
    /// One line: place, what is wrong, remedy.
    public var description: String { "line \(line), column \(column): \(message); \(remedy)" }

    /// A stable name of the reason in kebab case, for machines.
    public var code: String {
        switch reason {
        case .empty: "empty"
        case .byteOrderMark: "byte-order-mark"
        case .unexpectedEnd: "unexpected-end"
        case .unexpected: "unexpected-character"
        case .unknownWord: "unknown-word"
        case .trailingContent: "trailing-content"
        case .trailingComma: "trailing-comma"
        case .comment: "comment"
        case .duplicateKey: "duplicate-key"
        case .controlCharacter: "control-character"
        case .invalidUTF8: "invalid-utf8"
        case .unknownEscape: "unknown-escape"
        case .loneSurrogate: "lone-surrogate"
        case .malformedNumber: "malformed-number"
        case .numberOutOfRange: "number-out-of-range"
        case .tooDeep: "too-deep"
        case .tooManyValues: "too-many-values"
        case .stringTooLong: "string-too-long"
        }
    }

    /// What is wrong, as a clause without a full stop.
    public var message: String {
        switch reason {
        case .empty: "there is no JSON value"
        case .byteOrderMark: "the text begins with a byte order mark"
        case .unexpectedEnd(let expected): "the text ends where \(expected.phrase) must follow"
        case .unexpected(let found, let expected): "found \(found) where \(expected.phrase) must stand"
        case .unknownWord(let word): "\(Prose.quote(word)) is not a JSON value"
        case .trailingContent: "something follows the end of the JSON value"
        case .trailingComma: "a comma stands before a closing bracket"
        case .comment: "JSON has no comments"
        case .duplicateKey(let key): "the key \(Prose.quote(key)) stands twice in one object"
        case .controlCharacter(let byte): "a raw control character (\(Prose.hex(byte))) stands in a string"
        case .invalidUTF8: "the bytes are not valid UTF-8"
        case .unknownEscape(let escape): "\(Prose.quote(escape)) is no escape of JSON"
        case .loneSurrogate: "half of a surrogate pair stands alone"
        case .malformedNumber(let text): "\(Prose.quote(text)) is not a JSON number"
        case .numberOutOfRange(let text): "the number \(Prose.quote(text)) is too large for a double"
        case .tooDeep(let limit): "the value nests deeper than \(limit) levels"
        case .tooManyValues(let limit): "the text holds more than \(limit) values"
        case .stringTooLong(let limit): "a string is longer than \(limit) bytes"
        }
    }

    /// What to do about it, as a clause without a full stop.
    public var remedy: String {
        switch reason {
        case .empty: "send a JSON value, such as {}"
        case .byteOrderMark: "save the text as UTF-8 without a byte order mark"
        case .unexpectedEnd: "check that the text is complete and every bracket and quote is closed"
        case .unexpected(_, let expected): expected.remedy
        case .unknownWord(let word): Self.remedy(forWord: word)
        case .trailingContent: "send one value only, and nothing after it"
        case .trailingComma: "remove the comma"
        case .comment: "remove the comment"
        case .duplicateKey: "keep one of the two"
        case .controlCharacter: "write it as an escape, such as \\n or \\u0000"
        case .invalidUTF8: "encode the text as UTF-8"
        case .unknownEscape: "use \\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\u and four hex digits"
        case .loneSurrogate: "write both halves, \\uD83D\\uDE00, or the character itself"
        case .malformedNumber: "write digits, then at most one fraction and one exponent, without leading zeros"
        case .numberOutOfRange: "send it as a string"
        case .tooDeep: "flatten the value"
        case .tooManyValues, .stringTooLong: "send less, or refer to it by an address"
        }
    }

    private static func remedy(forWord word: String) -> String {
        switch word.lowercased() {
        case "nan", "infinity", "inf": "JSON has no such number: send null or a string"
        case "true", "false", "null": "write it in lower case"
        case "none", "nil", "undefined": "write null"
        default: "put text in double quotes"
        }
    }
}

extension JSONError.Expected {
    fileprivate var phrase: String {
        switch self {
        case .value: "a value"
        case .key: "a key in double quotes"
        case .colon: "a colon"
        case .commaOrBracket: "a comma or ]"
        case .commaOrBrace: "a comma or }"
        case .endOfString: "the closing quote of a string"
        case .hexDigits: "four hex digits"
        case .digit: "a digit"
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
        case .digit: "write a digit"
        }
    }
}
