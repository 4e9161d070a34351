/// The series of one metric, by typed labels; see ``LabelSet``.
///
/// Nothing here traps or throws. All methods may be called from any thread at any time.
public struct TypedFamily<Member: Instrument, Labels: LabelSet>: Sendable {
    /// The same family, by strings.
    public let family: Family<Member>

    /// The instrument for these labels; made when they are new.
    @inlinable
    public func with(_ labels: Labels) -> Member {
        var key = LabelKey()
        labels.encode(to: &key)
        return family.instrument(key) ?? find(key, labels)
    }

    /// Records to the instrument for these labels without keeping it: the fastest way.
    ///
    /// - Parameter record: is called once, with an instrument that it must not keep.
    @inlinable
    public func record(_ labels: Labels, _ record: (Member) -> Void) {
        var key = LabelKey()
        labels.encode(to: &key)
        if !family.visit(key, record) { record(find(key, labels)) }
    }

    @usableFromInline
    func find(_ key: LabelKey, _ labels: Labels) -> Member {
        var texts = LabelTexts()
        labels.encode(to: &texts)
        return family.with(texts.values, rememberedBy: key)
    }
}

extension Registry {
    /// Registers a counter with typed labels; or returns it, if the same one is registered already.
    ///
    /// - Parameters: as for ``counter(_:help:labels:)-(_,_,[Label])``.
    public func counter<Labels: LabelSet>(
        _ name: String, help: String, labels: Labels.Type
    ) throws(RegistrationError) -> TypedFamily<Counter, Labels> {
        TypedFamily(family: try counter(name, help: help, labels: labels.labels))
    }

    /// Registers a gauge with typed labels; or returns it, if the same one is registered already.
    ///
    /// - Parameters: as for ``gauge(_:help:labels:allowingTotal:)-(_,_,[Label],_)``.
    public func gauge<Labels: LabelSet>(
        _ name: String, help: String, labels: Labels.Type, allowingTotal: Bool = false
    ) throws(RegistrationError) -> TypedFamily<Gauge, Labels> {
        TypedFamily(family: try gauge(name, help: help, labels: labels.labels, allowingTotal: allowingTotal))
    }

    /// Registers a histogram with typed labels; or returns it, if the same one is registered already.
    ///
    /// - Parameters: as for ``histogram(_:help:labels:buckets:)-(_,_,[Label],_)``.
    public func histogram<Labels: LabelSet>(
        _ name: String, help: String, labels: Labels.Type, buckets: [Double]
    ) throws(RegistrationError) -> TypedFamily<Histogram, Labels> {
        TypedFamily(family: try histogram(name, help: help, labels: labels.labels, buckets: buckets))
    }
}
