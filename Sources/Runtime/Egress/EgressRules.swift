import Wording

/// What steps may call although it is not on the public internet: the setting `egress.allow`.
public struct EgressRules: Sendable, Hashable {
    private var ranges: [AddressRange] = []
    private var names: Set<String> = []
    /// With their leading dots.
    private var suffixes: Set<String> = []

    /// Nothing beyond the public internet.
    public static let none = EgressRules()

    private init() {}

    /// Reads the entries: an address (`10.1.2.3`), a range (`10.0.0.0/8`, `fd00::/8`), a host name (`orders.internal`),
    /// or all names under a domain (`*.internal`, `.internal`; the domain itself is not among them).
    ///
    /// A name that is allowed may resolve to any address but those of metadata services; these must be entries
    /// themselves, as addresses, since a range is easily wider than it was meant to be.
    public init(allow entries: [String]) throws(EgressRulesError) {
        for (index, entry) in entries.enumerated() {
            do {
                try add(entry)
            } catch {
                throw EgressRulesError(reason: error, entry: entry, position: index + 1)
            }
        }
    }

    private mutating func add(_ entry: String) throws(EgressRulesError.Reason) {
        if entry.isEmpty { throw .empty }
        if entry == "*" { throw .everything }
        if entry.contains("://") { throw .url }
        let host = entry.drop { $0 == "[" }
        if entry.contains("/") || IPAddress(parsing: host.prefix { $0 != "]" }) != nil {
            ranges.append(try Self.range(entry))
        } else if entry.hasPrefix("*.") || entry.hasPrefix(".") {
            suffixes.insert("." + (try Self.name(entry.drop { $0 == "*" }.dropFirst())))
        } else {
            names.insert(try Self.name(entry[...]))
        }
    }

    private static func range(_ entry: String) throws(EgressRulesError.Reason) -> AddressRange {
        do {
            let isBracketed = entry.hasPrefix("[") && entry.hasSuffix("]")
            return try AddressRange(parsing: isBracketed ? entry.dropFirst().dropLast() : entry[...])
        } catch {
            throw .range(error)
        }
    }

    private static func name(_ text: Substring) throws(EgressRulesError.Reason) -> String {
        if let colon = text.lastIndex(of: ":"), text[colon...].dropFirst().allSatisfy(\.isNumber) { throw .port }
        do {
            guard case .name(let name) = try HostText(parsing: text) else { throw EgressRulesError.Reason.notation }
            return name
        } catch let error as HostTextError {
            throw .host(error)
        } catch {
            throw .notation
        }
    }

    /// Whether the address, or the network it belongs to, is an entry.
    func allows(_ address: IPAddress, exactly: Bool) -> Bool {
        ranges.contains { $0.contains(address) && ($0.isSingle || !exactly) }
    }

    /// Whether the name, or a domain that it is under, is an entry.
    func allows(name: String) -> Bool {
        if names.contains(name) { return true }
        guard !suffixes.isEmpty else { return false }
        return name.indices.dropFirst().contains { name[$0] == "." && suffixes.contains(String(name[$0...])) }
    }
}

/// Why an entry of `egress.allow` cannot be used.
public struct EgressRulesError: Error, Sendable, Hashable {
    public let reason: Reason
    public let entry: String
    /// Which entry, from 1.
    public let position: Int

    /// What is wrong with it.
    public enum Reason: Error, Sendable, Hashable {
        case empty
        case everything
        case url
        case port
        /// An address in another notation than the usual one.
        case notation
        case range(AddressRangeError)
        case host(HostTextError)
    }
}

extension EgressRulesError: CustomStringConvertible {
    public var description: String {
        "egress.allow, entry \(position) (\(Prose.quote(entry))): \(message); \(remedy)"
    }

    /// What is wrong, as a clause without a full stop.
    public var message: String {
        switch reason {
        case .empty: "the entry is empty"
        case .everything: "* would allow everything"
        case .url: "this is a URL"
        case .port: "the entry has a port; what is allowed is allowed on all ports"
        case .notation: "this is an address in an unusual notation"
        case .range(.address): "this is neither an address nor a range of addresses"
        case .range(.prefix(_, let most)): "the prefix is not a number from 0 to \(most)"
        case .range(.bits): "bits are set after the prefix"
        case .host(let error): error.message
        }
    }

    /// What to do about it, as a clause without a full stop.
    public var remedy: String {
        switch reason {
        case .empty, .range(.address): "write an address, a range such as 10.0.0.0/8, a name, or *.domain"
        case .everything: "name the networks, such as 10.0.0.0/8, or the domains, such as *.internal"
        case .url: "write its host only"
        case .port: "leave out the port"
        case .notation: "write four decimal numbers with dots between them"
        case .range(.prefix): "write a range such as 10.0.0.0/8"
        case .range(.bits(_, let meant)): "write \(meant) for the range, or the address alone"
        case .host(let error): error.remedy
        }
    }
}
