/// The address of a host, as a number.
///
/// IPv4 addresses that IPv6 carries inside itself (`::ffff:127.0.0.1`) stay IPv6 here; ``AddressPolicy`` looks into them.
public enum IPAddress: Sendable, Hashable {
    case v4(UInt32)
    case v6(UInt128)

    /// Reads the usual notation, and no other: `192.0.2.1` with four decimal parts without leading zeros, or IPv6 as
    /// RFC 4291 has it, without brackets and without a zone. nil for everything else.
    ///
    /// The other notations that resolvers accept (`0x7f.1`, `2130706433`) are ``HostText``'s.
    public init?(parsing text: some StringProtocol) {
        let bytes = text.utf8
        guard bytes.count <= 45 else { return nil }
        if bytes.contains(UInt8(ascii: ":")) {
            guard let bits = Self.bits6(Array(bytes)) else { return nil }
            self = .v6(bits)
        } else {
            guard let bits = Self.bits4(Array(bytes)[...]) else { return nil }
            self = .v4(bits)
        }
    }

    /// Takes the 4 or 16 bytes of a socket address, in network order; nil for any other number of them.
    public init?(networkBytes bytes: some Collection<UInt8>) {
        switch bytes.count {
        case 4: self = .v4(bytes.reduce(0) { $0 << 8 | UInt32($1) })
        case 16: self = .v6(bytes.reduce(0) { $0 << 8 | UInt128($1) })
        default: return nil
        }
    }

    /// How many bits an address of this family has: 32 or 128.
    public var width: Int {
        switch self {
        case .v4: 32
        case .v6: 128
        }
    }

    var bits: UInt128 {
        switch self {
        case .v4(let bits): UInt128(bits)
        case .v6(let bits): bits
        }
    }

    var isV4: Bool { width == 32 }
}

extension IPAddress {
    private static func bits4(_ bytes: ArraySlice<UInt8>) -> UInt32? {
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard 1...3 ~= part.count, part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            var value: UInt32 = 0
            for byte in part {
                guard let digit = byte.digitValue(radix: 10) else { return nil }
                value = value * 10 + UInt32(digit)
            }
            guard value <= 255 else { return nil }
            bits = bits << 8 | value
        }
        return bits
    }

    /// Up to eight groups of four hex digits, one run of zero groups left out as `::`, the last two perhaps as IPv4.
    private static func bits6(_ bytes: [UInt8]) -> UInt128? {
        guard let gap = gap(in: bytes) else {
            guard let groups = groups(bytes[...]), groups.count == 8 else { return nil }
            return join(groups)
        }
        guard let head = groups(bytes[..<gap], mayEndInV4: false), let tail = groups(bytes[(gap + 2)...]),
            head.count + tail.count <= 7
        else { return nil }
        return join(head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail)
    }

    private static func gap(in bytes: [UInt8]) -> Int? {
        let colon = UInt8(ascii: ":")
        return bytes.indices.dropLast().first { bytes[$0] == colon && bytes[$0 + 1] == colon }
    }

    private static func groups(_ bytes: ArraySlice<UInt8>, mayEndInV4: Bool = true) -> [UInt16]? {
        guard !bytes.isEmpty else { return [] }
        let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count <= 8 else { return nil }
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if mayEndInV4, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let bits = bits4(part) else { return nil }
                groups += [UInt16(truncatingIfNeeded: bits >> 16), UInt16(truncatingIfNeeded: bits)]
            } else {
                guard let group = group(part) else { return nil }
                groups.append(group)
            }
        }
        return groups
    }

    private static func group(_ part: ArraySlice<UInt8>) -> UInt16? {
        guard 1...4 ~= part.count else { return nil }
        var value: UInt16 = 0
        for byte in part {
            guard let digit = byte.digitValue(radix: 16) else { return nil }
            value = value << 4 | UInt16(digit)
        }
        return value
    }

    private static func join(_ groups: [UInt16]) -> UInt128 {
        groups.reduce(0) { $0 << 16 | UInt128($1) }
    }
}

extension IPAddress: CustomStringConvertible {
    /// The usual notation; of IPv6 the one of RFC 5952, with IPv4 parts for `::ffff:0:0/96` and `64:ff9b::/96`.
    public var description: String {
        switch self {
        case .v4(let bits): Self.text4(bits)
        case .v6(let bits): Self.text6(bits)
        }
    }

    private static func text4(_ bits: UInt32) -> String {
        "\(bits >> 24).\(bits >> 16 & 0xFF).\(bits >> 8 & 0xFF).\(bits & 0xFF)"
    }

    private static func text6(_ bits: UInt128) -> String {
        let low = text4(UInt32(truncatingIfNeeded: bits))
        if bits >> 32 == 0xFFFF { return "::ffff:\(low)" }
        if bits >> 32 == 0x64_FF9B << 64 { return "64:ff9b::\(low)" }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) }
        let hex = groups.map { String($0, radix: 16) }
        guard let gap = longestZeros(groups) else { return hex.joined(separator: ":") }
        return hex[..<gap.lowerBound].joined(separator: ":") + "::" + hex[gap.upperBound...].joined(separator: ":")
    }

    /// The first of the longest runs of at least two zero groups.
    private static func longestZeros(_ groups: [UInt16]) -> Range<Int>? {
        var best = 0..<1
        var start = 0
        for index in 0...groups.count where index == groups.count || groups[index] != 0 {
            if index - start > best.count { best = start..<index }
            start = index + 1
        }
        return best.count > 1 ? best : nil
    }
}

extension UInt8 {
    /// What the ASCII digit is worth; nil when it is none of the radix, which is at most 16.
    func digitValue(radix: UInt8) -> UInt8? {
        let value: UInt8
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): value = self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): value = self - UInt8(ascii: "A") + 10
        default: return nil
        }
        return value < radix ? value : nil
    }
}
