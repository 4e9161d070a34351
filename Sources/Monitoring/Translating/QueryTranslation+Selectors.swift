import Documents
import PromQL
import Telemetry
import Wording

extension QueryTranslation {
    mutating func carry(_ selector: VectorSelector) throws(Loss) -> Result {
        guard let (name, range, isQuoted) = selector.writtenName else {
            throw Loss(
                range: selector.range, message: "the selector names no metric", remedy: "name the metric it is about")
        }
        guard let samples = names.from[name] else {
            try carryForeign(selector, names.labels(of: name), isNamed: isLiteral(range))
            return Result(labels: names.labels(of: name), isAdditive: true)
        }
        let translation = try SelectorTranslation(
            selector, samples, at: range, to: names.to, isPaired: paired.contains(samples.view.family),
            isLiteral: { isLiteral($0) })
        for matcher in selector.matchers where !isLiteral(matcher.label.range) {
            try checkVariable(matcher.label, translation.labels)
        }
        let newName = translation.samples.name
        if newName != name { try change(range, isQuoted ? StringLiteral.quoted(newName) : newName) }
        let edits = MatcherEdits(
            selector, in: substituted.text, changes: translation.changes, adding: translation.added)
        for edit in edits.changes { try change(edit) }
        return Result(labels: translation.labels, isAdditive: true)
    }

    private mutating func change(_ edit: QueryChange) throws(Loss) {
        try change(SourceRange(edit.range), edit.text)
    }

    /// A metric that is not the first dialect's: of what a rule records, labels and values are called otherwise.
    private mutating func carryForeign(
        _ selector: VectorSelector, _ labels: CarriedLabels, isNamed: Bool
    ) throws(Loss) {
        guard isNamed else {
            throw Loss(
                range: selector.range, message: "a variable makes the metric's name",
                remedy: "write the name, or carry it over by hand")
        }
        for matcher in selector.matchers {
            try carryNeeded(matcher.label, labels)
            if let values = labels.values[matcher.label.text] { try carry(matcher, values) }
        }
    }

    private mutating func carry(_ matcher: Matcher, _ values: CarriedValues) throws(Loss) {
        let text = matcher.value.value
        let isRegex = matcher.operation.isRegex
        let selection: CarriedValues.Selection =
            isLiteral(matcher.value.range)
            ? (isRegex ? values.selection(pattern: text) : values.selection(value: text)) : .unknown
        switch selection {
        case .same: return
        case .values(let carried) where carried.count == 1 && !isRegex:
            try change(matcher.value.range, StringLiteral.quoted(carried[0]))
        case .values(let carried):
            let sign = [.equal, .matches].contains(matcher.operation) ? "=~" : "!~"
            let behind = matcher.label.range.offsets.upperBound..<matcher.value.range.offsets.upperBound
            try change(SourceRange(behind), sign + StringLiteral.quoted(carried.asPattern))
        case .unknown:
            throw Loss(
                range: matcher.range,
                message: "values of \(Prose.quote(matcher.label.text)) are called otherwise there",
                remedy: "carry the matcher over by hand")
        }
    }
}

extension SampleTable {
    /// The histograms of which a query asks for how often and for how much.
    func paired(in expression: Expression) -> Set<String> {
        let asked = expression.selectors.compactMap { $0.writtenName.flatMap { self[$0.text] } }.filter {
            if case .distribution = $0.view.shows { true } else { false }
        }
        let counts = Set(asked.filter { $0.fact == .count }.map(\.view.family))
        return counts.intersection(asked.filter { $0.fact != .count }.map(\.view.family))
    }
}
