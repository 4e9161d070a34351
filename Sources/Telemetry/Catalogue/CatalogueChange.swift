/// What became of a catalogue from one version to the next.
public struct CatalogueChange: Sendable, Hashable {
    /// What it means for those who read the metrics.
    public enum Effect: String, Sendable, Hashable {
        /// Queries that were right are wrong or empty now.
        case breaking
        /// Queries that were right still are, yet may show something else.
        case notable
        /// Nothing that was there has changed.
        case added
    }

    /// What it means.
    public let effect: Effect
    /// The family.
    public let family: String
    /// What happened to it, as a clause.
    public let message: String
}

extension Catalogue {
    /// What is different in a newer catalogue, by family.
    public func changes(to newer: Catalogue) -> [CatalogueChange] {
        let names = Set(families.map(\.name)).union(newer.families.map(\.name)).sorted()
        return names.flatMap { name -> [CatalogueChange] in
            switch (self[name], newer[name]) {
            case (let old?, let new?): old.changes(to: new)
            case (let old?, nil):
                [old.change(.breaking, "is gone" + (old.deprecatedBy.map { "; use \($0)" } ?? ""))]
            case (nil, let new?): [new.change(.added, "is new")]
            case (nil, nil): []
            }
        }
    }
}

extension Catalogue.Family {
    fileprivate func change(_ effect: CatalogueChange.Effect, _ message: String) -> CatalogueChange {
        CatalogueChange(effect: effect, family: name, message: message)
    }

    fileprivate func changes(to new: Self) -> [CatalogueChange] {
        var changes: [CatalogueChange] = []
        if type != new.type { changes.append(change(.breaking, "was a \(type) and is a \(new.type)")) }
        if unit != new.unit { changes.append(change(.breaking, "is measured in \(new.unit ?? "no unit") now")) }
        changes += labelChanges(to: new) + bucketChanges(to: new)
        if let other = new.deprecatedBy, deprecatedBy != other {
            changes.append(change(.notable, "is to go; use \(other)"))
        }
        return changes
    }

    private func labelChanges(to new: Self) -> [CatalogueChange] {
        var changes: [CatalogueChange] = []
        for label in labels {
            guard let other = new.labels.first(where: { $0.name == label.name }) else {
                changes.append(change(.breaking, "has no label \(label.name) any more"))
                continue
            }
            if label.domain == .closed, other.domain == .closed {
                let gone = (label.values ?? []).filter { other.values?.contains($0) != true }
                let come = (other.values ?? []).filter { label.values?.contains($0) != true }
                for value in gone { changes.append(change(.breaking, "never has \(label.name)=\"\(value)\" any more")) }
                for value in come { changes.append(change(.notable, "can have \(label.name)=\"\(value)\" now")) }
            } else if label.domain != other.domain {
                let effect: CatalogueChange.Effect = other.domain == .closed ? .breaking : .notable
                changes.append(
                    change(
                        effect,
                        "had \(label.domain.rawValue) values of \(label.name), now \(other.domain.rawValue) ones"))
            }
        }
        for label in new.labels where !labels.contains(where: { $0.name == label.name }) {
            changes.append(change(.notable, "has a new label \(label.name): what was one series can be several"))
        }
        return changes
    }

    private func bucketChanges(to new: Self) -> [CatalogueChange] {
        let gone = (buckets ?? []).filter { new.buckets?.contains($0) != true }
        let come = (new.buckets ?? []).filter { buckets?.contains($0) != true }
        var changes: [CatalogueChange] = []
        if !gone.isEmpty, type == new.type {
            let bounds = gone.map { "\($0)" }.joined(separator: ", ")
            changes.append(change(.breaking, "has no bucket up to \(bounds) any more"))
        }
        if !come.isEmpty, type == new.type {
            changes.append(change(.notable, "has new buckets up to \(come.map { "\($0)" }.joined(separator: ", "))"))
        }
        return changes
    }
}
