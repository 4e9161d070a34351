public import Documents
import Wording

/// The template of an alert's label or annotation, as far as it speaks of labels and queries.
///
/// It is read as Go's `text/template` would parse it with the functions of Prometheus; it is not executed.
public struct AlertTemplate: Sendable {
    /// A label that the template refers to.
    public struct Reference: Sendable {
        /// The name of the label.
        public let name: String
        /// The name in the template's text, without quotes.
        public let range: Range<Int>
        /// Whose label it is.
        public let source: Source
    }

    /// Whose label it is.
    public enum Source: Sendable, Hashable {
        /// The alert's: `$labels.job`, `.Labels.job`, `index $labels "job"`.
        case alert
        /// A sample's of a query in ``AlertTemplate/queries``: `{{ range query "…" }}{{ .Labels.job }}{{ end }}`.
        case query(Int)
        /// Of a value that is known only when the template runs.
        case unknown
        /// Prometheus' own, `$externalLabels.cluster`.
        case external
    }

    /// A query that the template makes.
    public struct Query: Sendable {
        /// The text.
        public let text: SourceText
        /// Whether the text is for `printf`, which puts values into it.
        public let isFormat: Bool
    }

    /// A text in quotes that is held against something.
    struct Comparison {
        /// What is between the quotes.
        let text: SourceText
        /// The label whose value it is compared with by `eq` or `ne`; nil if that is not plain to see.
        let label: Reference?
        /// Whether it is a regular expression.
        let isPattern: Bool
    }

    /// The text.
    public let text: SourceText
    /// The labels that the template refers to, in their order.
    public internal(set) var references: [Reference] = []
    /// The queries that the template makes, in their order.
    public internal(set) var queries: [Query] = []
    private(set) var comparisons: [Comparison] = []
    private(set) var problems: [TemplateProblem] = []

    /// Reads a template; one that Prometheus cannot parse gives what stands before the fault.
    public init(_ text: SourceText) {
        self.text = text
        guard text.value.utf8.contains(UInt8(ascii: "{")) else { return }
        var reader = AlertTemplateReader(text)
        reader.read()
        references = reader.references
        queries = reader.queries
        comparisons = reader.comparisons
        problems = reader.problems
    }
}

struct TemplateProblem: Sendable {
    let fault: TemplateFault
    let place: SourcePlace
}

/// Why Prometheus cannot parse a template.
enum TemplateFault: Sendable, Equatable {
    case unclosedAction
    case unclosedString
    case unexpectedCharacter(String)
    case unknownFunction(String, nearest: String?)
    case undefinedVariable(String, nearest: String?)
    case missingEnd(String)
    case unexpectedKeyword(String)
    case unbalancedParentheses
    case emptyAction

    var message: String {
        switch self {
        case .unclosedAction: "an action begins with {{ and does not end"
        case .unclosedString: "a quoted text does not end"
        case .unexpectedCharacter(let text): "\(Prose.quote(text)) cannot stand in an action"
        case .unknownFunction(let name, _): "templates have no function \(Prose.quote(name))"
        case .undefinedVariable(let name, _): "the variable \(Prose.quote(name)) is not defined"
        case .missingEnd(let keyword): "{{ \(keyword) }} has no {{ end }}"
        case .unexpectedKeyword(let keyword): "{{ \(keyword) }} stands outside a block"
        case .unbalancedParentheses: "the parentheses of an action do not match"
        case .emptyAction: "an action is empty"
        }
    }

    var remedy: String {
        switch self {
        case .unclosedAction: "close it with }}"
        case .unclosedString: "close it with the quote that opened it, in the same action"
        case .unexpectedCharacter: "put text in double quotes"
        case .unknownFunction(_, let nearest?), .undefinedVariable(_, let nearest?):
            "did you mean \(Prose.quote(nearest))?"
        case .unknownFunction: "use a function of Prometheus' templates, such as humanize or printf"
        case .undefinedVariable: "use $labels, $value, $externalLabels or $externalURL, or define it with :="
        case .missingEnd: "add {{ end }}"
        case .unexpectedKeyword: "remove it, or open the block before it"
        case .unbalancedParentheses: "close each parenthesis in its action"
        case .emptyAction: "remove it, or write a value, such as {{ $value }}"
        }
    }
}
