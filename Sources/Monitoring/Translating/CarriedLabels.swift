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
    /// Labels that the other dialect does not have.
    var lost: Set<String> = []
    /// Labels that only the other dialect has.
    var added: Set<String> = []
    /// Labels that are called differently in parts of the query.
    var unclear: Set<String> = []
    /// Whether there are series of which nothing is known, whose labels keep their names.
    var hasForeign = false

    /// Those of two results together.
    func merged(_ other: CarriedLabels) -> CarriedLabels {
        var merged = self
        for (label, name) in other.names {
            if let own = names[label], own != name { merged.unclear.insert(label) }
            if lost.contains(label) { merged.unclear.insert(label) }
            merged.names[label] = name
        }
        if hasForeign { merged.unclear.formUnion(other.renamed) }
        if other.hasForeign { merged.unclear.formUnion(renamed) }
        merged.hasForeign = hasForeign || other.hasForeign
        merged.unclear.formUnion(other.lost.intersection(names.keys))
        merged.unclear.formUnion(other.unclear)
        merged.lost.formUnion(other.lost)
        merged.added.formUnion(other.added)
        return merged
    }

    /// Labels that do not keep their names.
    private var renamed: Set<String> { Set(names.filter { $0.key != $0.value }.keys).union(lost) }

    /// Only these labels, as grouping by them leaves them.
    func keeping(_ labels: [String]) -> CarriedLabels {
        CarriedLabels(
            names: names.filter { labels.contains($0.key) }, lost: lost.intersection(labels), added: [],
            unclear: unclear.intersection(labels), hasForeign: hasForeign)
    }

    /// All labels but these.
    func dropping(_ labels: [String]) -> CarriedLabels {
        CarriedLabels(
            names: names.filter { !labels.contains($0.key) }, lost: lost.subtracting(labels), added: added,
            unclear: unclear.subtracting(labels), hasForeign: hasForeign)
    }

    /// What a label is called now; nil if it is gone.
    ///
    /// - Throws: when parts of the query call it differently.
    func name(of label: Name) throws(Loss) -> String? {
        if unclear.contains(label.text) {
            throw Loss(
                range: label.range,
                message: "the label \(Prose.quote(label.text)) has two names there, by the metrics of the query",
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
}
