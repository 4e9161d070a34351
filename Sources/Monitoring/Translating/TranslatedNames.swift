import Documents
import PromQL
import Telemetry
import Wording

/// What queries can name.
struct TranslatedNames: Sendable {
    let from: SampleTable
    let to: SampleTable
    let kept: SampleTable
    /// By the name of the metric that a recording rule makes: what its labels are called.
    var recorded: [String: CarriedLabels] = [:]

    /// What the labels of a metric are called that is not the first dialect's.
    func labels(of name: String) -> CarriedLabels {
        if let labels = recorded[name] { return labels }
        guard let own = kept[name]?.view.labels else { return CarriedLabels(hasForeign: true) }
        return CarriedLabels(names: Dictionary(own.map { ($0.name, $0.name) }) { first, _ in first })
    }
}

extension TranslatedNames {
    /// Variables that are not about a query: whose values are those of a label whatever the metric, or names of metrics.
    func variables(of input: Input) -> Rewriting {
        guard case .dashboard(let dashboard) = input else { return Rewriting() }
        var rewriting = Rewriting()
        for variable in dashboard.variables {
            let context = "variable \(Prose.quote(variable.name.value))"
            switch variable.parts {
            case .labelValues(nil, let label): carry(label, in: context, &rewriting)
            case .metrics(let pattern): check(pattern, in: context, &rewriting)
            default: continue
            }
        }
        return rewriting
    }

    private func carry(_ label: SourceText, in context: String, _ rewriting: inout Rewriting) {
        let attributes = from.attributes(of: label.value)
        guard !attributes.isEmpty else { return }
        let names = attributes.reduce(into: Set<String>()) { $0.formUnion(to.labels(of: $1)) }
        if let name = names.first, names.count == 1 { return rewriting.write(name, insteadOf: label) }
        rewriting.leave(
            label, .error, in: context,
            "the label \(Prose.quote(label.value)) has " + (names.isEmpty ? "no name there" : "several names there"),
            remedy: "name a metric too: label_values(METRIC, LABEL)")
    }

    private func check(_ pattern: SourceText, in context: String, _ rewriting: inout Rewriting) {
        guard let parsed = try? Pattern(parsing: ".*(?:\(pattern.value)).*"),
            let name = from.names.first(where: { to[$0] == nil && parsed.matches($0) != false })
        else { return }
        rewriting.leave(
            pattern, .error, in: context,
            "the variable lists metrics, and \(Prose.quote(name)) is called otherwise there")
    }
}
