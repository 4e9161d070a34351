public import Instruments

extension Catalogue {
    /// What a scrape shows: families, types, and the labels that their samples have now.
    ///
    /// Which values labels can have is not known; of a family without samples, neither is which labels.
    public init(scrape: ParsedExposition) {
        self.init(
            families: scrape.families.map { shown in
                var names: [String] = []
                var bounds: Set<Double> = []
                for sample in shown.samples {
                    for label in sample.labels {
                        if shown.type == .histogram, label.name == "le" {
                            if let bound = Double(label.value), bound.isFinite { bounds.insert(bound) }
                        } else if shown.type == .summary, label.name == "quantile" {
                            continue
                        } else if !names.contains(label.name) {
                            names.append(label.name)
                        }
                    }
                }
                var family = Family(
                    name: shown.name, type: shown.type.rawValue, help: shown.help ?? "",
                    labels: names.map { CatalogueLabel(name: $0, domain: .declared) })
                family.unit = Family.unit(of: shown.name)
                if shown.type == .histogram { family.buckets = bounds.sorted() }
                if shown.samples.isEmpty { family.otherLabels = true }
                return family
            })
    }
}
