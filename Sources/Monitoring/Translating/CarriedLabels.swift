import PromQL
import Wording

/// Why a query cannot be carried over, or in what it differs afterwards.
struct Loss: Error {
    let range: SourceRange
    /// As a clause without a full stop.
    let message: String
    /// As a clause without a full stop.
    let remedy: String
}

/// What the labels of a result are called in the other dialect.
struct CarriedLabels: Hashable {
    /// By the name in the first dialect. Labels that are not here keep their names.
    var names: [String: String] = [:]
    /// What the values of labels are called, by the label's name in the first dialect, where some are called otherwise.
    var values: [String: CarriedValues] = [:]
    /// Labels that the other dialect does not have.
    var lost: Set<String> = []
    /// Those of them by which series were told apart.
    var merging: Set<String> = []
    /// Labels that only the other dialect has.
    var added: Set<String> = []
    /// Those of them by which series are told apart.
    var splitting: Set<String> = []
    /// Labels that the query makes itself.
    var made: Set<String> = []
    /// Labels that are called differently in parts of the query.
    var unclear: Set<String> = []
    /// Whether there are series of which nothing is known, whose labels keep their names.
    var hasForeign = false

    /// Those of two results together.
    func merged(_ other: CarriedLabels) -> CarriedLabels {
        var merged = self
        for (label, name) in other.names {
            if let own = names[label], own != name || values[label] != other.values[label] {
                merged.unclear.insert(label)
            }
            if lost.contains(label) { merged.unclear.insert(label) }
            merged.names[label] = name
        }
        if hasForeign { merged.unclear.formUnion(other.changed) }
        if other.hasForeign { merged.unclear.formUnion(changed) }
        merged.hasForeign = hasForeign || other.hasForeign
        merged.unclear.formUnion(other.lost.intersection(names.keys))
        merged.unclear.formUnion(other.unclear)
        merged.made.formUnion(other.made)
        merged.values.merge(other.values) { own, _ in own }
        merged.lost.formUnion(other.lost)
        merged.merging.formUnion(other.merging)
        merged.added.formUnion(other.added)
        merged.splitting.formUnion(other.splitting)
        return merged
    }

    /// Labels that do not keep their names, or the names of their values.
    var changed: Set<String> {
        Set(names.filter { $0.key != $0.value }.keys).union(lost).union(values.keys).union(unclear)
    }

    /// Only these labels, as grouping by them leaves them.
    func keeping(_ labels: [String]) -> CarriedLabels {
        CarriedLabels(
            names: names.filter { labels.contains($0.key) }, values: values.filter { labels.contains($0.key) },
            lost: lost.intersection(labels), merging: merging.intersection(labels), made: made.intersection(labels),
            unclear: unclear.intersection(labels), hasForeign: hasForeign)
    }

    /// All labels but these.
    func dropping(_ labels: [String]) -> CarriedLabels {
        CarriedLabels(
            names: names.filter { !labels.contains($0.key) }, values: values.filter { !labels.contains($0.key) },
            lost: lost.subtracting(labels), merging: merging.subtracting(labels), added: added, splitting: splitting,
            made: made.subtracting(labels), unclear: unclear.subtracting(labels), hasForeign: hasForeign)
    }

    /// These and one that the query makes, by the values that it takes over.
    ///
    /// - Throws: when it would hide one of the others, or be hidden.
    func making(_ label: StringLiteral, _ taken: CarriedValues? = nil) throws(Loss) -> CarriedLabels {
        let name = label.value
        let isFree = names[name] == nil && !names.values.contains(name) && !added.contains(name)
        guard isFree || made.contains(name) else {
            throw Loss(
                range: label.range,
                message: "the label \(Prose.quote(name)) is made here and carried over as well",
                remedy: "carry it over by hand")
        }
        var labels = self
        labels.names[name] = name
        labels.made.insert(name)
        // Made again, it may keep what it was.
        if let taken, let before = values[name], before != taken { labels.unclear.insert(name) }
        if let taken { labels.values[name] = taken }
        return labels
    }

    /// What a label is called now; nil if it is gone.
    ///
    /// - Throws: when parts of the query call it differently.
    func name(of label: Name) throws(Loss) -> String? {
        if unclear.contains(label.text) {
            throw Loss(
                range: label.range,
                message: "the label \(Prose.quote(label.text)), or its values, have two names there, by the metrics of "
                    + "the query",
                remedy: "write it by hand, with label_replace on one side")
        }
        return lost.contains(label.text) ? nil : names[label.text] ?? label.text
    }

    /// What a label is called now, where it cannot be left out.
    func needed(_ label: Name) throws(Loss) -> String {
        guard let name = try name(of: label) else {
            throw Loss(
                range: label.range, message: "no metric there has the label \(Prose.quote(label.text))",
                remedy: "leave the label out")
        }
        return name
    }

    /// In what the result differs, where it is not added up.
    func differences(at range: SourceRange) -> [Loss] {
        var messages: [String] = []
        if !merging.isEmpty {
            messages.append("series are no longer told apart by \(Prose.list(merging.sorted(), "and"))")
        }
        if !splitting.isEmpty {
            messages.append("series are also told apart by \(Prose.list(splitting.sorted(), "and"))")
        }
        messages += values.sorted { $0.key < $1.key }.flatMap { $1.differences(of: $0) }
        return messages.map {
            Loss(range: range, message: $0, remedy: "sum by the labels that are needed, if it matters")
        }
    }
}
