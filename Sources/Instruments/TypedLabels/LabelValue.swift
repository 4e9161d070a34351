/// A value of a label with a type of its own: an enum's case, a route template, a declared name.
///
/// An enum of strings conforms by saying so; its cases are the label's closed domain:
///
/// ```swift
/// enum Method: String, CaseIterable, LabelValue { case get = "GET", post = "POST" }
/// ```
public protocol LabelValue: Sendable {
    /// The values that a label of this type can have.
    static var domain: Label.Domain { get }
    /// The value as the exposition shows it.
    var labelValue: String { get }
    /// A number that two values of this type share only if they are the same value.
    var labelKey: UInt32 { get }
}

extension LabelValue where Self: CaseIterable & RawRepresentable, RawValue == String {
    /// Closed: all raw values.
    public static var domain: Label.Domain { .closed(allCases.map(\.rawValue)) }

    /// The raw value.
    public var labelValue: String { rawValue }

    /// The bits that tell the cases apart; of a type that has more than 32 of them, a number for the raw value.
    @inlinable
    public var labelKey: UInt32 {
        withUnsafeBytes(of: self) { bytes in
            switch bytes.count {
            case 0: 0
            case 1: UInt32(bytes.load(as: UInt8.self))
            case 2: UInt32(bytes.load(as: UInt16.self))
            default: InternedName(rawValue).number
            }
        }
    }
}

/// The template of a route, `/orders/{id}`: never a path with values in it.
///
/// Make it once, where the route is declared: that looks the text up; recording with it does not.
public struct RouteTemplate: LabelValue, Hashable {
    @usableFromInline let name: InternedName

    /// A route by its template. Each text ever made stays in memory, once, and from the 1,048,577th on they are
    /// `other`: do not make them of requests.
    public init(_ template: String) { name = InternedName(template) }

    /// Bounded by the routes that the program serves.
    public static var domain: Label.Domain { .route }
    /// The text it was made from.
    public var labelValue: String { name.text }
    /// Two values have the same key just when they are the same text.
    @inlinable public var labelKey: UInt32 { name.number }
}

/// A name that a definition or the configuration declares: of a workflow, a queue, a database.
///
/// Make it once, where the declaration is read: that looks the text up; recording with it does not.
public struct DeclaredName: LabelValue, Hashable {
    @usableFromInline let name: InternedName

    /// A name that was declared. As ``RouteTemplate/init(_:)``: not to be made of requests.
    public init(_ name: String) { self.name = InternedName(name) }

    /// Bounded by what was declared.
    public static var domain: Label.Domain { .declared }
    /// The text it was made from.
    public var labelValue: String { name.text }
    /// Two values have the same key just when they are the same text.
    @inlinable public var labelKey: UInt32 { name.number }
}
