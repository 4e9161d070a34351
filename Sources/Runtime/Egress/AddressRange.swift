/// All addresses of one family that begin with the same bits: `10.0.0.0/8`.
public struct AddressRange: Sendable, Hashable {
    /// The first address.
    public let base: IPAddress
    /// How many leading bits are common to all.
    public let prefix: Int

    /// Reads `10.0.0.0/8`, `fd00::/8`, or one address alone. The bits after the prefix must be zero.
    public init(parsing text: some StringProtocol) throws(AddressRangeError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let base = IPAddress(parsing: first) else { throw .address(String(text)) }
        guard parts.count == 2 else {
            self.init(base, prefix: base.width)
            return
        }
        let digits = parts[1].utf8
        guard 1...3 ~= digits.count, digits.allSatisfy({ $0.digitValue(radix: 10) != nil }),
            let prefix = Int(parts[1]), prefix <= base.width
        else { throw .prefix(String(text), most: base.width) }
        let range = AddressRange(base, prefix: prefix)
        guard range.base == base else { throw .bits(String(text), meant: range) }
        self = range
    }

    /// The range of that prefix, from 0 to the address's width, that holds the address.
    init(_ address: IPAddress, prefix: Int) {
        let mask = Self.mask(prefix, of: address.width)
        switch address {
        case .v4(let bits): base = .v4(bits & UInt32(truncatingIfNeeded: mask))
        case .v6(let bits): base = .v6(bits & mask)
        }
        self.prefix = prefix
    }

    public func contains(_ address: IPAddress) -> Bool {
        guard address.width == base.width else { return false }
        return address.bits & Self.mask(prefix, of: base.width) == base.bits
    }

    /// Whether it is one address alone.
    var isSingle: Bool { prefix == base.width }

    private static func mask(_ prefix: Int, of width: Int) -> UInt128 {
        // A shift of the whole width gives zero and does not trap.
        ~((~0 as UInt128) >> UInt128(128 - width + prefix)) & ((~0 as UInt128) >> UInt128(128 - width))
    }
}

extension AddressRange: CustomStringConvertible {
    public var description: String { isSingle ? "\(base)" : "\(base)/\(prefix)" }
}

/// Why a text is not a range of addresses.
public enum AddressRangeError: Error, Sendable, Hashable {
    case address(String)
    case prefix(String, most: Int)
    /// Bits are set after the prefix, so that it is open which range is meant.
    case bits(String, meant: AddressRange)
}
