public import Instruments

extension Catalogue {
    /// What a scrape shows: families, types, and the labels that their samples have now.
    ///
    /// Which values labels can have is not known, but that they are empty where some samples lack them; of a family without
    /// samples, neither is which labels.
    public init(scrape: ParsedExposition) {
        self.init(families: scrape.families.map(Family.init))
        isObserved = true
    }
}

extension Catalogue.Family {
    fileprivate init(_ shown: ParsedExposition.Family) {
        let own: String? =
            switch shown.type {
            case .histogram: "le"
            case .summary: "quantile"
            default: nil
            }
        var names: [String] = []
        var counts: [String: Int] = [:]
        for label in shown.samples.flatMap(\.labels) where label.name != own {
            if counts[label.name] == nil { names.append(label.name) }
            counts[label.name, default: 0] += 1
        }
        let labels = names.map { name in
            let isOnAll = counts[name] == shown.samples.count
            return CatalogueLabel(name: name, domain: .declared, values: isOnAll ? nil : [""])
        }
        self.init(name: shown.name, type: shown.type.rawValue, help: shown.help ?? "", labels: labels)
        unit = Self.unit(of: shown.name)
        if shown.type == .histogram { buckets = Self.bounds(shown) }
        if shown.samples.isEmpty { otherLabels = true }
    }

    private static func bounds(_ shown: ParsedExposition.Family) -> [Double] {
        let bounds = shown.samples.flatMap(\.labels).filter { $0.name == "le" }.compactMap { Double($0.value) }
        return Set(bounds.filter(\.isFinite)).sorted()
    }
}
