import Documents
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
    /// Variables whose values are those of a label, whatever the metric.
    func variables(of input: Input) -> (edits: [TextEdit], problems: [Problem]) {
        guard case .dashboard(let dashboard) = input else { return ([], []) }
        var edits: [TextEdit] = []
        var problems: [Problem] = []
        for variable in dashboard.variables {
            guard case .labelValues(nil, let label)? = variable.parts else { continue }
            let attributes = from.attributes(of: label.value)
            guard !attributes.isEmpty else { continue }
            let names = attributes.reduce(into: Set<String>()) { $0.formUnion(to.labels(of: $1)) }
            if let name = names.first, names.count == 1 {
                if name != label.value { edits.append(TextEdit(label, label.wholeRange, name)) }
            } else {
                problems.append(
                    Problem(
                        check: "not-carried", severity: .error, place: label.place,
                        context: "variable \(Prose.quote(variable.name.value))",
                        message: "the label \(Prose.quote(label.value)) has "
                            + (names.isEmpty ? "no name there" : "several names there"),
                        remedy: "name a metric too: label_values(METRIC, LABEL)"))
            }
        }
        return (edits, problems)
    }
}
