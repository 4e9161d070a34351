import Wording

/// A change of a part of a text.
public struct TextEdit: Sendable {
    /// The text that is changed.
    public let text: SourceText
    /// UTF-8 offsets in the text's value.
    public let range: Range<Int>
    /// What the part shall mean; how that is written follows from the text's place.
    public let replacement: String

    /// A change of the bytes in a range of the value.
    public init(_ text: SourceText, _ range: Range<Int>, _ replacement: String) {
        self.text = text
        self.range = range
        self.replacement = replacement
    }
}

/// Why a text cannot be changed as asked, and where.
public struct EditError: Error, Sendable {
    /// Where the text stands that cannot be changed.
    public let place: SourcePlace
    let fault: Fault

    enum Fault: Sendable, Equatable {
        /// The text belongs to another file.
        case otherFile
        case outsideText
        case splitsCharacter
        case overlap
        case character(Unicode.Scalar, TextStyle)
        /// What is written would mean something else.
        case meaning(String, TextStyle)
    }

    init(_ fault: Fault, _ place: SourcePlace) {
        self.fault = fault
        self.place = place
    }

    /// What is wrong, as a clause without a full stop.
    public var message: String {
        switch fault {
        case .otherFile: "the text belongs to another file"
        case .outsideText: "the range does not lie in the text"
        case .splitsCharacter: "the range begins or ends inside a character"
        case .overlap: "two changes overlap"
        case .character(let scalar, let style): "\(style.phrase) cannot hold \(Prose.quote(String(scalar)))"
        case .meaning(let text, let style): "\(Prose.quote(text)) in \(style.phrase) would mean something else"
        }
    }

    /// What to do about it, as a clause without a full stop.
    public var remedy: String {
        switch fault {
        case .otherFile, .outsideText, .splitsCharacter: "read the file again"
        case .overlap: "make one change after the other"
        case .character(_, let style), .meaning(_, let style): style.remedy
        }
    }
}

extension EditError: CustomStringConvertible {
    /// One line: place, what is wrong, remedy.
    public var description: String { "\(place): \(message); \(remedy)" }
}

extension TextStyle {
    fileprivate var phrase: String {
        switch self {
        case .jsonString: "a JSON string"
        case .jsonWord: "JSON without quotes"
        case .yamlPlain, .yamlPlainInFlow: "YAML without quotes"
        case .yamlSingleQuoted: "YAML in single quotes"
        case .yamlDoubleQuoted: "YAML in double quotes"
        case .yamlLiteral: "a block of YAML (|)"
        case .yamlFolded: "a folded block of YAML (>)"
        case .line: "a line of a list"
        case .goString: "a string of a template"
        case .goRawString: "a string of a template in back quotes"
        }
    }

    fileprivate var remedy: String {
        switch self {
        case .yamlPlain, .yamlPlainInFlow: "put the text in quotes first"
        case .yamlSingleQuoted, .yamlFolded, .yamlLiteral: "put the text in double quotes first"
        case .goRawString: "put the text in double quotes with escapes first"
        case .jsonWord: "put the value in quotes first"
        case .line: "keep the query on one line"
        case .jsonString, .yamlDoubleQuoted, .goString: "change the file by hand"
        }
    }
}
