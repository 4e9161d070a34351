import Wording

/// Why a call to the outside is refused.
public enum EgressRefusal: Error, Sendable, Hashable {
    case url(EgressTargetError)
    /// `localhost` and what is under it.
    case name(String)
    case address(Address)
    /// The name has no address.
    case unresolved(String)

    /// An address that is not public.
    public struct Address: Sendable, Hashable {
        public let address: IPAddress
        /// The address that is meant: another one than ``address`` when that carries an IPv4 address in it.
        public let inner: IPAddress
        public let kind: AddressKind
        /// The special range that it is of.
        public let range: AddressRange
        /// The name that it was resolved from.
        public let name: String?
    }
}

extension EgressRefusal: CustomStringConvertible {
    public var description: String { "\(message); \(remedy)" }

    /// What is wrong, as a clause without a full stop.
    public var message: String {
        switch self {
        case .url(let error): error.message
        case .name(let name): "\(Prose.quote(name)) means this machine, which steps may not call"
        case .address(let refused): refused.message
        case .unresolved(let name): "\(Prose.quote(name)) has no address"
        }
    }

    /// What to do about it, as a clause without a full stop.
    public var remedy: String {
        switch self {
        case .url(let error): error.remedy
        case .name(let name): "if the call is meant, add \(Prose.quote(name)) to the setting egress.allow"
        case .address(let refused): refused.remedy
        case .unresolved: "check its spelling, and that this machine's resolver knows it"
        }
    }
}

extension EgressRefusal.Address {
    fileprivate var message: String {
        var text = name.map { "\(Prose.quote($0)) resolves to \(address)" } ?? "\(address)"
        if inner != address { text += ", which stands for \(inner)" }
        text += name == nil && inner == address ? " is " : ": "
        text += kind.phrase
        if range.prefix > 0, !range.isSingle { text += " (\(range))" }
        return text + ", which steps may not call"
    }

    fileprivate var remedy: String {
        var entry = "\"\(inner)\""
        if let name, kind != .metadata { entry += " or \(Prose.quote(name))" }
        return "if the call is meant, add \(entry) to the setting egress.allow"
    }
}
