/// For those who record once and show it in several families.
extension Registry {
    /// Registers a family that shows what instruments elsewhere have recorded; or returns it, if the same one is
    /// registered already.
    ///
    /// - Parameters:
    ///   - type: a counter or gauge for a count or a sum, a histogram for buckets.
    ///   - allowingTotal: as for ``gauge(_:help:labels:allowingTotal:)``.
    package func derived(
        _ name: String, _ type: MetricType, help: String, labels: [Label], showing aspect: DerivedInstrument.Aspect,
        allowingTotal: Bool = false
    ) throws(RegistrationError) -> Family<DerivedInstrument> {
        var buckets: [Double] = []
        if case .buckets(let bounds) = aspect { buckets = bounds }
        let definition = Definition(name: name, type: type, help: help, labels: labels, buckets: buckets)
        return try register(definition, allowingTotal: allowingTotal) { DerivedInstrument(aspect) }
    }

    /// A table of what a program keeps for each combination of labels, found as quickly as any series and shown nowhere.
    ///
    /// Values outside their domains are `other`, and counted under this name in ``overflowName``.
    ///
    /// - Parameters:
    ///   - make: gets the values of all labels, in order; none for what stands in where their number is wrong.
    package func table<Member: Instrument, Labels: LabelSet>(
        _ name: String, by labels: Labels.Type, make: @escaping @Sendable ([String]) -> Member
    ) -> TypedFamily<Member, Labels> {
        let definition = Definition(name: name, type: .gauge, help: "", labels: labels.labels)
        return TypedFamily(
            family: Family(definition, overflows: store.overflows, problems: store.problems, making: make))
    }
}
