import Wording

extension Fault {
    /// A stable name in kebab case.
    var code: String {
        switch self {
        case .sourceTooLarge: "source-too-large"
        case .invalidUTF8: "invalid-utf8"
        case .controlCharacter: "control-character"
        case .emptySource: "empty-source"
        case .json(_, let code, _, _): "json-\(code)"
        case .yaml: "yaml-syntax"
        case .tab: "tab-indentation"
        case .severalDocuments: "several-documents"
        case .sourceTooDeep: "source-too-deep"
        case .tooManyNodes: "too-many-nodes"
        case .undefinedAlias: "undefined-alias"
        case .explicitTag: "explicit-tag"
        case .keyNotText: "key-not-text"
        case .mergeKey: "merge-key"
        case .duplicateKey: "duplicate-key"
        case .notFinite: "not-finite"
        case .numberOutOfRange: "number-out-of-range"
        case .leadingZero: "leading-zero"
        case .wrongKind: "wrong-type"
        case .missingKey: "missing-key"
        case .unknownKey: "unknown-key"
        case .misplacedKey: "misplaced-key"
        case .conflictingKeys: "conflicting-keys"
        case .emptyList: "empty-list"
        case .emptyText: "empty-text"
        case .unknownWord(_, let what, _, _): "unknown-\(what.replacing(" ", with: "-"))"
        case .notSupportedYet: "not-supported-yet"
        case .notABoolean: "not-a-boolean"
        case .duration, .zeroDuration: "bad-duration"
        case .cron: "bad-cron"
        case .zone: "unknown-timezone"
        case .outOfRange: "out-of-range"
        case .textTooLong: "text-too-long"
        case .tooMany: "too-many"
        case .tooNested: "too-nested"
        case .badName: "bad-name"
        case .reservedName: "reserved-name"
        case .badRole: "bad-name"
        case .duplicateID: "duplicate-id"
        case .expression(_, let code, _, _): code
        case .badURL: "bad-url"
        case .badHeader: "bad-header"
        case .notConfigured: "not-configured"
        case .unknownTarget: "unknown-target"
        case .targetElsewhere: "target-elsewhere"
        case .branchTarget: "branch-target"
        case .unreachable: "unreachable-step"
        case .loop: "loop-without-wait"
        case .unknownStep: "unknown-step"
        case .unknownField: "unknown-field"
        case .rootNotThere, .rootInTrigger, .stepsInRule: "not-available"
        case .undeclaredMetric: "unknown-metric"
        case .noAnswers: "nothing-to-answer"
        case .unknownRule: "unknown-rule"
        case .ruleInTrigger, .ruleInRule: "misplaced-rule"
        case .ruleTestFails: "test-fails"
        case .ruleTestsTooHard: "tests-too-hard"
        case .neverTrue: "never-true"
        case .patternNotConstant: "pattern-not-constant"
        case .pointlessRetry: "pointless-retry"
        case .pointlessOnTimeout: "pointless-on-timeout"
        case .unusedKey: "unused-key"
        case .tooManyProblems: "too-many-problems"
        }
    }

    /// What is wrong, as a clause without a full stop.
    var message: String {
        switch self {
        case .sourceTooLarge(let limit): "the definition is larger than \(limit / 1024) KiB"
        case .invalidUTF8: "the bytes are not valid UTF-8"
        case .controlCharacter(let byte): "a control character (\(Prose.hex(byte))) stands in the text"
        case .emptySource: "there is no definition"
        case .json(_, _, let message, _): message
        case .yaml(let problem): "this is not valid YAML: \(problem)"
        case .tab: "YAML is not indented by tabs"
        case .severalDocuments: "a second document begins here"
        case .sourceTooDeep(let limit): "the text nests deeper than \(limit) levels"
        case .tooManyNodes(let limit): "the text holds more than \(limit) values, aliases counted as often as used"
        case .undefinedAlias: "the alias refers to no anchor before it"
        case .explicitTag(let tag): "the tag \(Prose.quote(tag)) has no meaning here"
        case .keyNotText: "a key is a list or a map"
        case .mergeKey: "merge keys (<<) are not part of the format"
        case .duplicateKey(let key): "the key \(Prose.quote(key)) stands twice in one map"
        case .notFinite(let text): "\(Prose.quote(text)) is no number that JSON can hold"
        case .numberOutOfRange(let text): "the number \(Prose.quote(text)) is out of range"
        case .leadingZero(let text): "\(Prose.quote(text)) is read as a decimal number"
        default: shapeMessage ?? meaningMessage
        }
    }

    private var shapeMessage: String? {
        switch self {
        case .wrongKind(let expected, let found): "found \(found) where \(expected) must stand"
        case .missingKey(let key, nil, let owner): "\(owner) lacks the key \(Prose.quote(key))"
        case .missingKey(let key, let other?, let owner):
            "\(owner) lacks the key \(Prose.quote(key)) (or \(Prose.quote(other)))"
        case .unknownKey(let key, let owner, _, _): "\(owner) has no key \(Prose.quote(key))"
        case .misplacedKey(let key, let owner, _): "\(Prose.quote(key)) does not belong to \(owner)"
        case .conflictingKeys(let keys): "\(Prose.list(keys.map(Prose.quote), "and")) exclude one another"
        case .emptyList(let what): "\(what) is empty"
        case .emptyText(let what): "\(what) is empty"
        case .unknownWord(let word, let what, _, _): "unknown \(what) \(Prose.quote(word))"
        case .notSupportedYet(let word, let what, _): "the \(what) \(Prose.quote(word)) is not supported yet"
        case .notABoolean(let text): "\(Prose.quote(text)) is neither true nor false"
        case .duration(let error): error.message
        case .zeroDuration: "the duration is zero"
        case .cron(let error): error.message
        case .zone(let error): error.message
        case .outOfRange(let text, let what, let range): "\(what) is \(text), which is not \(range)"
        case .textTooLong(let what, let limit): "\(what) is longer than \(limit) characters"
        case .tooMany(let what, let limit): "there are more than \(limit) \(what)"
        case .tooNested(let what, let limit): "\(what) nest deeper than \(limit) levels"
        case .badName(let text, let what, _): "\(Prose.quote(text)) cannot be \(what)"
        case .reservedName(let name): "the name \(Prose.quote(name)) belongs to the engine"
        case .badRole(let name, _): "\(Prose.quote(name)) cannot be a role"
        case .duplicateID(let id, let line): "the step id \(Prose.quote(id)) is taken by the step in line \(line)"
        case .expression(_, _, let message, _): message
        case .badURL(let text): "\(Prose.quote(text)) is not an http or https address"
        case .badHeader(let name): "\(Prose.quote(name)) cannot be a header"
        case .notConfigured(let name, let what, _, _): "this server does not know \(what) \(Prose.quote(name))"
        default: nil
        }
    }

    private var meaningMessage: String {
        switch self {
        case .unknownTarget(let target, _): "there is no step \(Prose.quote(target))"
        case .targetElsewhere(let target): "the step \(Prose.quote(target)) is not in the same list of steps"
        case .branchTarget(let key): "a branch of a parallel step runs alone and cannot have \(Prose.quote(key))"
        case .unreachable(let id): "nothing leads to the step \(Prose.quote(id))"
        case .loop(let ids): "the steps run in a circle without a wait: \(ids.joined(separator: " → "))"
        case .unknownStep(let id, _): "the path names the step \(Prose.quote(id)), which does not exist"
        case .unknownField(let field, let root, _, _): "\(root) has no field \(Prose.quote(field))"
        case .rootNotThere(let root): "\(Prose.quote(root)) does not exist before the execution has started"
        case .rootInTrigger(let root):
            "the condition of a trigger reads the event's data, and cannot ask for \(Prose.quote(root))"
        case .stepsInRule: "a rule has no steps"
        case .undeclaredMetric(let name): "unknown metric \(Prose.quote(name))"
        case .noAnswers(let step): "\(Prose.quote(step)) asks for nothing that a test could answer"
        case .unknownRule(let id, _): "there is no rule \(Prose.quote(id))"
        case .ruleInTrigger: "the condition of a trigger cannot ask a rule"
        case .ruleInRule: "a rule cannot ask another"
        case .ruleTestFails(let name, let found, let why):
            "the test \(Prose.quote(name)) expects \(!found), and the condition is \(found): \(why)"
        case .ruleTestsTooHard(let name):
            "with the test \(Prose.quote(name)), the tests of the rule take too long together"
        case .neverTrue(let name, let needs, let found):
            "the operator \(name) compares with \(needs), and can never be true with \(found)"
        case .patternNotConstant: "a pattern cannot hold placeholders"
        case .pointlessRetry: "the step has no activity of its own that could be tried again"
        case .pointlessOnTimeout: "on_timeout is never taken, as the wait has no timeout"
        case .unusedKey(let key, let reason): "\(Prose.quote(key)) has no effect: \(reason)"
        case .tooManyProblems(let limit): "there are more than \(limit) problems; the rest is not shown"
        default: code
        }
    }

    /// What to do about it, as a clause without a full stop.
    var remedy: String {
        switch self {
        case .sourceTooLarge: "split the workflow in several"
        case .invalidUTF8: "save the file as UTF-8"
        case .controlCharacter: "remove it, or write it as an escape in a quoted string"
        case .emptySource: "write at least workflow_id, trigger and steps"
        case .json(_, _, _, let remedy): remedy
        case .yaml: "check indentation, quotes and brackets around this place"
        case .tab: "indent by spaces"
        case .severalDocuments: "put each workflow into a file of its own"
        case .sourceTooDeep, .tooManyNodes: "simplify the definition"
        case .mergeKey: "write the values out where they are used"
        case .undefinedAlias: "define it with & before, or put quotes around text that begins with *"
        case .explicitTag: "leave the tag out; put quotes around what is text"
        case .keyNotText: "keys are words; put quotes around text that begins with [ or {"
        case .duplicateKey: "keep one of the two"
        case .notFinite, .leadingZero: "put quotes around it if it is text"
        case .numberOutOfRange: "write a smaller number, or put quotes around it if it is text"
        default: shapeRemedy ?? meaningRemedy
        }
    }

    private var shapeRemedy: String? {
        switch self {
        case .wrongKind(let expected, _): "write \(expected)"
        case .missingKey(let key, _, _): "add \(key)"
        case .unknownKey(_, _, let nearest, let allowed): Self.suggest(nearest, allowed)
        case .misplacedKey(_, _, let home): "it is a key of \(home)"
        case .conflictingKeys: "keep one of them"
        case .emptyList: "put an entry into it, or leave it out"
        case .emptyText: "write something, or leave the key out"
        case .unknownWord(_, _, let nearest, let allowed): Self.suggest(nearest, allowed)
        case .notSupportedYet(_, _, let remedy): remedy ?? "leave it out until it is"
        case .notABoolean: "write true or false"
        case .duration(let error): error.remedy
        case .zeroDuration: "write a longer one, or leave it out"
        case .cron(let error): error.remedy
        case .zone(let error): error.remedy
        case .outOfRange(_, _, let range): "choose \(range)"
        case .textTooLong: "shorten it"
        case .tooMany, .tooNested: "split it up"
        case .badName(_, _, let form): "use \(form)"
        case .reservedName: "choose another; event, execution, workflow and steps are reserved"
        case .badRole(_, let meant): meant.map { "write \($0)" } ?? "use \(Names.roleForm)"
        case .duplicateID: "give each step an id of its own"
        case .expression(_, _, _, let remedy): remedy
        case .badURL: "begin it with http:// or https:// and a host"
        case .badHeader: "use letters, digits and hyphens for the name, and one line for the value"
        case .notConfigured(_, _, let setting, let nearest):
            nearest.map { "did you mean \($0)?" }
                ?? "add it to the file that the setting \(setting) names; until then what needs it fails"
        default: nil
        }
    }

    private var meaningRemedy: String {
        switch self {
        case .unknownTarget(_, let nearest), .unknownStep(_, let nearest):
            nearest.map { "did you mean \($0)?" } ?? "name the id of a step of this definition"
        case .targetElsewhere: "a step leads only to steps beside it, not into or out of parallel and foreach"
        case .branchTarget: "put the steps that belong together into a foreach, or after the parallel step"
        case .unreachable: "lead to it with next, on_true, on_false, on_error or on_timeout, or remove it"
        case .loop: "put a wait step into the circle, or lead out of it"
        case .unknownField(_, _, let nearest, let allowed): Self.suggest(nearest, allowed)
        case .rootNotThere: "ask for the event's own data"
        case .rootInTrigger: "name a field of the data, such as order.total"
        case .stepsInRule: "ask for a value of the context, which a step gives with into or set"
        case .undeclaredMetric: "declare it under metrics"
        case .noAnswers: "leave it out; activities, events and approvals have answers"
        case .unknownRule(_, let nearest): nearest.map { "did you mean \($0)?" } ?? "deploy the rule first"
        case .ruleInTrigger: "write the condition out, or ask the rule in the first step"
        case .ruleInRule: "write the other's condition out"
        case .ruleTestFails: "mend the condition or the test"
        case .ruleTestsTooHard: "give shorter values, or fewer tests"
        case .neverTrue(_, let needs, _): "write \(needs), or a placeholder that gives it"
        case .patternNotConstant: "write the pattern itself; use eq, contains or starts_with for values of the context"
        case .pointlessRetry: "put retry on the steps that have activities"
        case .pointlessOnTimeout: "add timeout"
        case .unusedKey: "remove it"
        case .tooManyProblems: "repair the ones above first"
        default: ""
        }
    }

    /// The nearest word, or all when there is none near.
    private static func suggest(_ nearest: String?, _ allowed: [String]) -> String {
        if let nearest { return "did you mean \(nearest)?" }
        return allowed.isEmpty ? "leave it out" : "use \(Prose.list(allowed))"
    }
}
