import Documents
import PromQL
import Wording

extension QueryTranslation {
    // MARK: Lists

    /// What the labels of a result are called after grouping.
    mutating func carry(_ grouping: Grouping?, _ labels: CarriedLabels) throws(Loss) -> CarriedLabels {
        guard let grouping else { return CarriedLabels() }
        let names = grouping.labels.map(\.text)
        let areKnown = grouping.labels.allSatisfy { isLiteral($0.range) }
        if grouping.isWithout {
            try carryOptional(grouping.labels, labels)
            return areKnown ? labels.dropping(names) : labels
        }
        for label in grouping.labels { try carryNeeded(label, labels) }
        return areKnown ? labels.keeping(names) : labels
    }

    mutating func carryNeeded(_ label: Name, _ labels: CarriedLabels) throws(Loss) {
        guard isLiteral(label.range) else { return try checkVariable(label, labels) }
        let name = try labels.needed(label)
        if name != label.text { try change(label.range, name) }
    }

    /// Labels that need not be there.
    mutating func carryOptional(_ listed: [Name], _ labels: CarriedLabels) throws(Loss) {
        for label in listed where !isLiteral(label.range) { try checkVariable(label, labels) }
        var left: [String] = []
        for label in listed { if let name = try labels.name(of: label) { left.append(name) } }
        guard left.count < listed.count else {
            for label in listed where isLiteral(label.range) { try carryNeeded(label, labels) }
            return
        }
        guard let first = listed.first, let last = listed.last else { return }
        let range = first.range.offsets.lowerBound..<last.range.offsets.upperBound
        try change(SourceRange(range), left.joined(separator: ", "))
    }

    /// A label that `group_left` or `group_right` takes from the one side over to the many.
    mutating func carryBrought(_ label: Name, from one: CarriedLabels, to many: CarriedLabels) throws(Loss) {
        try carryNeeded(label, one)
        guard isLiteral(label.range), let name = try one.name(of: label) else { return }
        let hidden = many.names.first { $0.key != label.text && $0.value == name }
        let kept = many.names[label.text].flatMap { $0 == name ? nil : $0 }
        guard hidden != nil || kept != nil || many.added.contains(name) else { return }
        throw Loss(
            range: label.range,
            message: "the label \(Prose.quote(label.text)) is brought here, and the series have one called so there",
            remedy: "carry it over by hand")
    }

    /// A label whose name a variable makes: it may stand if what the variable chooses among is called the same there.
    func checkVariable(_ label: Name, _ labels: CarriedLabels) throws(Loss) {
        guard !labels.changed.isEmpty else { return }
        let placeholders = substituted.placeholders(in: label.range.offsets)
        if placeholders.count == 1, let place = placeholders.first, place.range == label.range.offsets,
            place.role == .label, let variable = place.variable
        {
            if case .labelNames? = variable.parts { return }
            let values = variable.closedValues?.map(\.value) ?? []
            if !values.isEmpty, labels.changed.isDisjoint(with: values) { return }
        }
        throw Loss(
            range: label.range,
            message: "a variable chooses the label here, and \(Prose.list(labels.changed.sorted(), "and")) "
                + (labels.changed.count == 1 ? "is" : "are") + " called otherwise there",
            remedy: "write the label, or carry query and variable over by hand")
    }

    // MARK: Functions

    /// The labels that a function reads and makes.
    mutating func carryLabels(of call: Call, _ labels: CarriedLabels) throws(Loss) -> CarriedLabels {
        for text in call.readLabels {
            let label = Name(text: text.value, range: text.range)
            guard isLiteral(text.range) else {
                try checkVariable(label, labels)
                continue
            }
            let name = try labels.needed(label)
            if name != text.value { try change(text.range, StringLiteral.quoted(name)) }
        }
        guard let made = call.madeLabel else { return labels }
        if !isLiteral(made.range) { try checkVariable(Name(text: made.value, range: made.range), labels) }
        let values = call.readLabels.compactMap { labels.values[$0.value] }
        guard let first = values.first else { return try labels.making(made) }
        if call.function.text == "label_replace" { return try labels.making(made, try carryPattern(of: call, first)) }
        if call.readLabels.count == 1 { return try labels.making(made, first) }
        tell(
            Loss(
                range: made.range,
                message: "some values that \(Prose.quote(made.value)) is made of are called otherwise there",
                remedy: "carry over by hand what looks for them"))
        return try labels.making(made)
    }

    /// The pattern of `label_replace`, which takes values of a label apart.
    ///
    /// - Returns: what the values of the label that is made are called, if it gets them as they are.
    private mutating func carryPattern(of call: Call, _ values: CarriedValues) throws(Loss) -> CarriedValues? {
        guard let replacement = call.text(of: 2), let pattern = call.text(of: 4) else { return nil }
        guard isLiteral(pattern.range), isLiteral(replacement.range) else {
            throw Loss(
                range: pattern.range, message: "a variable tells values that are called otherwise there",
                remedy: "carry it over by hand")
        }
        if let parsed = try? Pattern(parsing: pattern.value) {
            if values.isForeign(to: parsed) { return nil }
            let takesAll = pattern.value == "(.*)" || pattern.value == "(.+)"
            if takesAll, ["$1", "${1}"].contains(replacement.value) { return values }
        }
        switch values.selection(pattern: pattern.value) {
        case .same where !replacement.value.contains("$"): return nil
        case .values(let carried) where !replacement.value.contains("$"):
            try change(pattern.range, StringLiteral.quoted(carried.asPattern))
            return nil
        default:
            throw Loss(
                range: pattern.range,
                message: "\(Prose.quote(pattern.value)) takes values apart that are called otherwise there",
                remedy: "carry it over by hand")
        }
    }
}
