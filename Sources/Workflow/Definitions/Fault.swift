import Wording

/// Everything that can be wrong or doubtful in a definition; `Fault+Prose.swift` says it in words.
enum Fault: Sendable, Hashable {
    // The text
    case sourceTooLarge(limit: Int)
    case invalidUTF8
    case controlCharacter(UInt8)
    case emptySource
    case json(JSONError.Reason, code: String, message: String, remedy: String)
    case yaml(String)
    case tab
    case severalDocuments
    case sourceTooDeep(limit: Int)
    case tooManyNodes(limit: Int)
    case undefinedAlias
    case explicitTag(String)
    case keyNotText
    case mergeKey
    case duplicateKey(String)
    case notFinite(String)
    case numberOutOfRange(String)
    case leadingZero(String)

    // Shapes and words
    case wrongKind(expected: String, found: String)
    case missingKey(String, or: String? = nil, owner: String)
    case unknownKey(String, owner: String, nearest: String?, allowed: [String])
    case misplacedKey(String, owner: String, home: String)
    case conflictingKeys([String])
    case emptyList(String)
    case emptyText(String)
    case unknownWord(String, what: String, nearest: String?, allowed: [String])
    case notSupportedYet(String, what: String, remedy: String?)
    case notABoolean(String)
    case duration(DurationError)
    case zeroDuration
    case cron(CronError)
    case zone(ZoneError)
    case outOfRange(String, what: String, range: String)
    case textTooLong(what: String, limit: Int)
    case tooMany(what: String, limit: Int)
    case tooNested(what: String, limit: Int)
    case badName(String, what: String, form: String)
    case reservedName(String)
    /// `meant` is the role without the `role:` before it.
    case badRole(String, meant: String?)
    case duplicateID(String, line: Int)
    case expression(ExpressionError.Reason, code: String, message: String, remedy: String)
    case badURL(String)
    case badHeader(String)
    case notConfigured(String, what: String, setting: String, nearest: String?)

    // The graph of steps
    case unknownTarget(String, nearest: String?)
    case targetElsewhere(String)
    case branchTarget(String)
    case unreachable(String)
    case loop([String])

    // Meaning
    case unknownStep(String, nearest: String?)
    case unknownField(String, root: String, nearest: String?, allowed: [String])
    case rootNotThere(String)
    case rootInTrigger(String)
    case stepsInRule
    case undeclaredMetric(String)
    case noAnswers(String)
    case unknownRule(String, nearest: String?)
    case ruleInTrigger
    case ruleInRule
    case ruleTestFails(String, found: Bool, why: String)
    case ruleTestsTooHard(String)
    case neverTrue(operator: String, needs: String, found: String)
    case patternNotConstant
    case pointlessRetry
    case pointlessOnTimeout
    case unusedKey(String, reason: String)
    case tooManyProblems(limit: Int)

    var severity: Problem.Severity {
        switch self {
        case .leadingZero, .pointlessRetry, .pointlessOnTimeout, .unusedKey, .notConfigured: .warning
        default: .error
        }
    }

    static func json(_ error: JSONError) -> Fault {
        .json(error.reason, code: error.code, message: error.message, remedy: error.remedy)
    }

    static func expression(_ error: ExpressionError, _ kind: ExpressionKind) -> Fault {
        .expression(error.reason, code: kind.rawValue, message: error.message, remedy: error.remedy)
    }

    enum ExpressionKind: String {
        case path = "bad-path"
        case template = "bad-template"
        case pattern = "bad-pattern"
    }
}
