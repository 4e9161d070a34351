import Documents
import PromQL
import Telemetry
import Wording

/// A query of the first dialect, carried over to the second.
struct QueryTranslation {
    /// What the labels of the result are called.
    private(set) var labels = CarriedLabels()
    /// In what the result differs.
    private(set) var differences: [Loss] = []

    /// Parts of the text that can be parsed, with what is to stand there.
    private var parsedChanges: [(range: Range<Int>, text: String)] = []
    private let substituted: SubstitutedQuery
    private let names: TranslatedNames

    /// - Throws: what stands in the way.
    init(_ expression: Expression, _ substituted: SubstitutedQuery, _ names: TranslatedNames) throws(Loss) {
        (self.substituted, self.names) = (substituted, names)
        let result = try carry(expression)
        labels = result.labels
        tell(result, expression.range)
        guard (try? Expression(parsing: Self.applied(parsedChanges, to: substituted.text))) != nil else {
            throw Loss(
                range: expression.range, message: "what it would become is no query",
                remedy: "write it more plainly: no commas before a closing brace or parenthesis, no empty braces")
        }
    }

    /// Parts of the query, with what is to stand there.
    var changes: [(range: Range<Int>, text: String)] {
        parsedChanges.map { (substituted.sourceRange(of: $0.range), $0.text) }
    }

    /// The query with its changes made.
    var text: String { Self.applied(changes, to: substituted.source.value) }

    private static func applied(_ changes: [(range: Range<Int>, text: String)], to text: String) -> String {
        let source = Array(text.utf8)
        var written: [UInt8] = []
        var position = 0
        for change in changes.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            written += source[position..<max(position, change.range.lowerBound)]
            written += Array(change.text.utf8)
            position = max(position, change.range.upperBound)
        }
        return String(decoding: written + source[position...], as: UTF8.self)
    }

    /// What a part of a query results in.
    private struct Result {
        var labels = CarriedLabels()
        /// Whether adding up series that are told apart gives what one series would.
        var isAdditive = false
    }

    // MARK: Nodes

    private mutating func carry(_ expression: Expression) throws(Loss) -> Result {
        switch expression {
        case .number, .string: return Result(isAdditive: true)
        case .selector(let node): return try carry(node)
        case .range(let node): return try carry(node.selector)
        case .subquery(let node): return Result(labels: try carry(node.expression).labels)
        case .call(let node): return try carry(node)
        case .aggregation(let node): return try carry(node)
        case .unary(let node): return try carry(node.operand)
        case .binary(let node): return try carry(node)
        case .parentheses(let node): return try carry(node.expression)
        }
    }

    private static let additive: Set<String> = ["rate", "increase", "irate", "delta", "idelta", "deriv"]

    private mutating func carry(_ call: Call) throws(Loss) -> Result {
        var result = Result()
        for argument in call.arguments {
            let part = try carry(argument)
            result.labels = result.labels.merged(part.labels)
            result.isAdditive = part.isAdditive && Self.additive.contains(call.function.text)
        }
        guard call.function.text == "label_replace" || call.function.text == "label_join" else { return result }
        try carryNames(call, result.labels)
        return result
    }

    /// The labels that `label_replace` and `label_join` read and make.
    private mutating func carryNames(_ call: Call, _ labels: CarriedLabels) throws(Loss) {
        let sources = call.arguments.dropFirst(3)
        for case .string(let text) in call.function.text == "label_replace" ? sources.prefix(1) : sources {
            let name = try labels.needed(Name(text: text.value, range: text.range))
            if name != text.value { change(text.range, StringLiteral.quoted(name)) }
        }
        // What is made hides what came before.
        if case .string(let text)? = call.arguments.dropFirst().first,
            labels.names[text.value] != nil || labels.names.values.contains(text.value)
                || labels.added.contains(text.value)
        {
            throw Loss(
                range: text.range,
                message: "the label \(Prose.quote(text.value)) is made here and carried over as well",
                remedy: "carry it over by hand")
        }
    }

    private mutating func carry(_ aggregation: Aggregation) throws(Loss) -> Result {
        if let parameter = aggregation.parameter { _ = try carry(parameter) }
        let operand = try carry(aggregation.operand)
        let isSum = aggregation.operation == .sum && operand.isAdditive
        if !isSum { tell(operand, aggregation.operand.range) }
        // These choose among series, and leave them as they are.
        let chooses = [.topk, .bottomk, .limitk, .limitRatio].contains(aggregation.operation)
        guard let grouping = aggregation.grouping else {
            return Result(labels: chooses ? operand.labels : CarriedLabels(), isAdditive: isSum)
        }
        let labels = grouping.labels.map(\.text)
        if grouping.isWithout {
            try carryOptional(grouping.labels, operand.labels)
            return Result(labels: chooses ? operand.labels : operand.labels.dropping(labels), isAdditive: isSum)
        }
        for label in grouping.labels { try carryNeeded(label, operand.labels) }
        return Result(labels: chooses ? operand.labels : operand.labels.keeping(labels), isAdditive: isSum)
    }

    private mutating func carry(_ operation: BinaryOperation) throws(Loss) -> Result {
        let (left, right) = (try carry(operation.left), try carry(operation.right))
        let both = left.labels.merged(right.labels)
        let isSum = left.isAdditive && right.isAdditive && Self.isLinear(operation)
        let areVectors = operation.left.type == .vector && operation.right.type == .vector
        let matching = operation.matching
        let listed = matching?.labels ?? []
        if matching?.isOn == true {
            for label in listed { try carryNeeded(label, both) }
        } else {
            try carryOptional(listed, both)
        }
        for label in matching?.group?.include ?? [] {
            try carryNeeded(label, matching?.group?.isLeft == true ? right.labels : left.labels)
        }
        if areVectors { try checkMatching(operation, left.labels, right.labels) }
        switch operation.operation {
        case .and, .unless: return Result(labels: left.labels)
        case .or: return Result(labels: both)
        default: break
        }
        guard areVectors, let matching, matching.group == nil else { return Result(labels: both, isAdditive: isSum) }
        let names = listed.map(\.text)
        return Result(labels: matching.isOn ? both.keeping(names) : both.dropping(names), isAdditive: isSum)
    }

    /// Series of the two sides must still find each other, one for one.
    private func checkMatching(
        _ operation: BinaryOperation, _ left: CarriedLabels, _ right: CarriedLabels
    ) throws(Loss) {
        let names = Set(operation.matching?.labels.map(\.text) ?? [])
        let isOn = operation.matching?.isOn == true
        let isSame = left.added == right.added && left.lost.subtracting(names) == right.lost.subtracting(names)
        let isFine = isOn ? operation.operation.isSetOperator || left.added.union(right.added).isEmpty : isSame
        guard !isFine else { return }
        let differing = left.added.symmetricDifference(right.added)
            .union(left.lost.symmetricDifference(right.lost)).union(isOn ? left.added.union(right.added) : [])
        throw Loss(
            range: operation.operationRange,
            message:
                "the two sides would no longer match: \(Prose.list(differing.sorted(), "and")) would tell series apart"
                + " on one side only",
            remedy: "sum both sides by the labels that both have")
    }

    private static func isLinear(_ operation: BinaryOperation) -> Bool {
        switch operation.operation {
        case .add, .subtract: operation.left.type == .vector && operation.right.type == .vector
        case .multiply: operation.left.type == .scalar || operation.right.type == .scalar
        case .divide: operation.right.type == .scalar
        default: false
        }
    }

    // MARK: Labels

    private mutating func carryNeeded(_ label: Name, _ labels: CarriedLabels) throws(Loss) {
        let name = try labels.needed(label)
        guard name != label.text else { return }
        guard isLiteral(label.range) else { throw variable(label.range) }
        change(label.range, name)
    }

    /// Labels that need not be there.
    private mutating func carryOptional(_ listed: [Name], _ labels: CarriedLabels) throws(Loss) {
        var left: [String] = []
        for label in listed { if let name = try labels.name(of: label) { left.append(name) } }
        guard left != listed.map(\.text), let first = listed.first, let last = listed.last else { return }
        let range = first.range.offsets.lowerBound..<last.range.offsets.upperBound
        guard isLiteral(SourceRange(range)) else { throw variable(SourceRange(range)) }
        change(SourceRange(range), left.joined(separator: ", "))
    }

    /// Says in what a result differs where it is not added up.
    private mutating func tell(_ result: Result, _ range: SourceRange) {
        if !result.labels.lost.isEmpty {
            differences.append(
                Loss(
                    range: range,
                    message: "series are no longer told apart by \(Prose.list(result.labels.lost.sorted(), "and"))",
                    remedy: "sum by the labels that are needed, if it matters"))
        }
        if !result.labels.added.isEmpty {
            differences.append(
                Loss(
                    range: range,
                    message: "series are also told apart by \(Prose.list(result.labels.added.sorted(), "and"))",
                    remedy: "sum by the labels that are needed, if it matters"))
        }
    }

    private func isLiteral(_ range: SourceRange) -> Bool { substituted.placeholders(in: range.offsets).isEmpty }

    private func variable(_ range: SourceRange) -> Loss {
        Loss(range: range, message: "a variable makes this name", remedy: "write the name, or carry it over by hand")
    }

    private mutating func change(_ range: SourceRange, _ text: String) {
        parsedChanges.append((range.offsets, text))
    }

    private func original(_ range: SourceRange) -> String {
        substituted.source.part(substituted.sourceRange(of: range.offsets)).value
    }
}

// MARK: - Selectors

extension QueryTranslation {
    private mutating func carry(_ selector: VectorSelector) throws(Loss) -> Result {
        guard let (name, range, isQuoted) = selector.writtenName else {
            throw Loss(
                range: selector.range, message: "the selector names no metric", remedy: "name the metric it is about")
        }
        guard isLiteral(range) else { throw variable(range) }
        guard let samples = names.from[name] else {
            if let labels = names.recorded[name] {
                for matcher in selector.matchers { try carryNeeded(matcher.label, labels) }
            }
            return Result(labels: names.labels(of: name), isAdditive: true)
        }
        let translation = try SelectorTranslation(
            selector, samples, at: range, to: names.to, isLiteral: { isLiteral($0) })
        let newName = translation.samples.name
        if newName != name { change(range, isQuoted ? StringLiteral.quoted(newName) : newName) }
        try carryMatchers(selector, translation)
        return Result(labels: translation.labels, isAdditive: true)
    }

    private mutating func carryMatchers(_ selector: VectorSelector, _ translation: SelectorTranslation) throws(Loss) {
        let hasGone = translation.changes.contains { if case .gone = $0 { true } else { false } }
        guard translation.added.isEmpty, !hasGone else { return try rewriteMatchers(selector, translation) }
        for (matcher, new) in zip(selector.matchers, translation.changes) {
            switch new {
            case .label(let label) where label != matcher.label.text: change(matcher.label.range, label)
            case .text(let text): change(matcher.range, text)
            case .label, .gone: break
            }
        }
    }

    /// Writes the matchers anew: some go, or others come.
    private mutating func rewriteMatchers(_ selector: VectorSelector, _ translation: SelectorTranslation) throws(Loss) {
        guard let name = selector.name, !selector.hasNameInBraces else {
            throw Loss(
                range: selector.range, message: "other matchers are needed, and the name stands among them",
                remedy: "write the name before the braces")
        }
        let kept = zip(selector.matchers, translation.changes).compactMap { matcher, change -> String? in
            switch change {
            case .gone: nil
            case .text(let text): text
            case .label(let label):
                "\(label)\(matcher.operation.rawValue)\(original(matcher.value.range))"
            }
        }
        let all = (kept + translation.added).joined(separator: ", ")
        guard let first = selector.matchers.first, let last = selector.matchers.last else {
            // Braces with nothing between them are passed over.
            let after = SourceRange(name.range.offsets.upperBound..<selector.range.offsets.upperBound)
            let hasBraces = substituted.text.utf8.dropFirst(after.offsets.lowerBound).first == UInt8(ascii: "{")
            guard !hasBraces else {
                throw Loss(range: selector.range, message: "the braces are empty", remedy: "leave the braces out")
            }
            parsedChanges.removeAll { $0.range == name.range.offsets }
            return change(name.range, "\(translation.samples.name){\(all)}")
        }
        change(SourceRange(first.range.offsets.lowerBound..<last.range.offsets.upperBound), all)
    }
}
