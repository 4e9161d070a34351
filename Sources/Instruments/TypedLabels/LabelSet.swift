/// The labels of a family as a type, so that no label can be forgotten, misspelt or put in the wrong place.
///
/// ```swift
/// struct RequestLabels: LabelSet {
///     let method: Method
///     let path: RouteTemplate
///
///     static let labels = [Label("method", Method.self), Label("path", RouteTemplate.self)]
///
///     func encode(to encoder: inout some LabelEncoder) {
///         encoder.add(method)
///         encoder.add(path)
///     }
/// }
///
/// let requests = try registry.counter("requests_total", help: "Requests served.", labels: RequestLabels.self)
/// requests.record(RequestLabels(method: .get, path: orders)) { $0.increment() }
/// ```
///
/// Up to four labels, a series is found by four numbers, without looking at any text.
public protocol LabelSet: Sendable {
    /// Names and domains, in the order of ``encode(to:)``.
    static var labels: [Label] { get }

    /// Adds the value of each label, in the order of ``labels``.
    func encode(to encoder: inout some LabelEncoder)
}

/// Takes the values of a ``LabelSet``.
public protocol LabelEncoder {
    /// Takes the value of the next label.
    mutating func add(_ value: some LabelValue)
}

extension Label {
    /// A label whose values have a type.
    public init<Value: LabelValue>(_ name: String, _ type: Value.Type) {
        self.init(name, Value.domain)
    }
}

/// The numbers of up to four values.
@frozen
@usableFromInline
struct LabelKey: LabelEncoder, Equatable, Sendable {
    static let capacity = 4

    @usableFromInline var low: UInt64 = 0
    @usableFromInline var high: UInt64 = 0

    @inlinable
    init() {}

    @inlinable
    @inline(__always)
    mutating func add(_ value: some LabelValue) {
        high = high &<< 32 | low &>> 32
        low = low &<< 32 | UInt64(value.labelKey)
    }

    var hash: UInt64 {
        let product = (low ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(by: high ^ 0xe703_7ed1_a0b4_28db)
        return product.high ^ product.low
    }
}

/// The texts of the values.
@usableFromInline
struct LabelTexts: LabelEncoder {
    @usableFromInline var values: [String] = []

    @usableFromInline
    init() {}

    @usableFromInline
    mutating func add(_ value: some LabelValue) { values.append(value.labelValue) }
}
