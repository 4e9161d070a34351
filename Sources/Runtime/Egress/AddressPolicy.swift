/// Which addresses the steps of workflows may call: those of the public internet, and what ``EgressRules`` add.
///
/// It keeps whoever writes a definition or sends an event from reaching, through this server, what only this server can
/// reach: itself, its network, its cloud's metadata (server-side request forgery). It is asked three times a request:
/// about the URL, about every address the host resolves to, and about the address a connection was made to. A redirect
/// begins anew with its own URL.
public struct AddressPolicy: Sendable {
    private let rules: EgressRules

    public init(rules: EgressRules = .none) { self.rules = rules }

    /// Refuses what can be refused without resolving: addresses, and the names that mean this machine.
    public func check(_ host: HostText) throws(EgressRefusal) {
        switch host {
        case .address(let address): try check(address)
        case .name(let name):
            guard name == "localhost" || name.hasSuffix(".localhost"), !rules.allows(name: name) else { return }
            throw .name(name)
        }
    }

    /// Refuses an address that is not public and not allowed, nor the name it was resolved from.
    ///
    /// IPv4 that IPv6 carries in `::ffff:0:0/96` and `64:ff9b::/96` is judged as what it is. The other ways of carrying
    /// it (IPv4-compatible, IPv4-translated, a network's own NAT64, 6to4, Teredo) are refused whatever they carry.
    public func check(_ address: IPAddress, of name: String? = nil) throws(EgressRefusal) {
        let inner = address.carried ?? address
        guard let (kind, range) = AddressKind.find(inner) else { return }
        let isMetadata = kind == .metadata
        if rules.allows(inner, exactly: isMetadata) || rules.allows(address, exactly: isMetadata) { return }
        if !isMetadata, let name, rules.allows(name: name) { return }
        throw .address(.init(address: address, inner: inner, kind: kind, range: range, name: name))
    }

    /// Refuses a host when any of its addresses is refused, or when it has none: a name that resolves to a public
    /// address and a private one is not half good.
    public func check(_ addresses: [IPAddress], of name: String) throws(EgressRefusal) {
        guard !addresses.isEmpty else { throw .unresolved(name) }
        for address in addresses { try check(address, of: name) }
    }
}

extension IPAddress {
    /// The IPv4 address that is meant by an IPv4-mapped one and by one of the well-known NAT64 prefix.
    var carried: IPAddress? {
        guard case .v6(let bits) = self, [0xFFFF, 0x64_FF9B << 64].contains(bits >> 32) else { return nil }
        return .v4(UInt32(truncatingIfNeeded: bits))
    }
}
