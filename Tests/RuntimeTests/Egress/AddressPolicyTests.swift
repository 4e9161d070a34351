import TestSupport
import Testing

@testable import Runtime

@Suite struct AddressPolicyTests {
    /// The ranges that must be refused, written out here a second time, apart from the table under test.
    static let refused4 = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16", "255.255.255.255",
    ]
    static let refused6 = [
        "::/3", "4000::/2", "8000::/1", "fc00::/7", "fe80::/10", "ff00::/8", "2001::/23", "2001:db8::/32", "2002::/16",
        "3fff::/20",
    ]

    @Test(arguments: refused4) func everyNotationOfARefusedAddressIsRefused(range: String) throws {
        let range = try AddressRange(parsing: range)
        var random = SeededGenerator(seed: UInt64(truncatingIfNeeded: range.base.bits) ^ 7)
        for _ in 0..<60 {
            let host = UInt32.random(in: 0 ... .max, using: &random)
            let bits = UInt32(truncatingIfNeeded: range.base.bits) | host >> UInt32(range.prefix)
            #expect(range.contains(.v4(bits)))
            for text in Self.notations(bits, &random) {
                #expect(throws: (any Error).self, "\(text)") { try AddressPolicy().check(HostText(parsing: text)) }
            }
        }
    }

    static func notations(_ bits: UInt32, _ random: inout SeededGenerator) -> [String] {
        let bytes = (0..<4).map { bits >> UInt32(24 - 8 * $0) & 0xFF }
        let isUpper = Bool.random(using: &random)
        let hex = { (value: UInt32) in "0x" + String(value, radix: 16, uppercase: isUpper) }
        let pick = Int.random(in: 0...15, using: &random)
        let mixed = bytes.indices.map { pick >> $0 & 1 == 0 ? "\(bytes[$0])" : hex(bytes[$0]) }.joined(separator: ".")
        let dotted = bytes.map(String.init).joined(separator: ".")
        let groups = "\(String(bits >> 16, radix: 16)):\(String(bits & 0xFFFF, radix: 16))"
        let wide = dotted.unicodeScalars.map { $0 == "." ? $0 : Unicode.Scalar($0.value + 0xFEE0) ?? $0 }
        let full = String(String.UnicodeScalarView(wide))
        return [
            dotted, dotted + ".", "\(bits)", hex(bits), "0" + String(bits, radix: 8), mixed, full,
            "\(bytes[0]).\(bits & 0xFFFFFF)", "\(bytes[0]).\(bytes[1]).\(bits & 0xFFFF)",
            hex(bytes[0]) + "." + hex(bits & 0xFFFFFF),
            bytes.map { "0" + String($0, radix: 8) }.joined(separator: "."), "%3" + dotted.dropFirst(),
            "[::ffff:\(dotted)]", "[::ffff:\(groups)]", "[::FFFF:\(groups.uppercased())]", "[0:0:0:0:0:ffff:\(dotted)]",
            "[::\(dotted)]", "[::\(groups)]", "[::ffff:0:\(dotted)]", "[64:ff9b::\(dotted)]", "[64:ff9b::\(groups)]",
            "[64:ff9b:1::\(groups)]", "[2002:\(groups)::]", "[2002:\(groups)::1]", "[2001:0:\(groups)::]",
        ]
    }

    @Test(arguments: refused6) func everyAddressOfARefusedRangeOfIPv6IsRefused(range: String) throws {
        let range = try AddressRange(parsing: range)
        var random = SeededGenerator(seed: UInt64(range.prefix))
        for _ in 0..<200 {
            let host = UInt128(random.next()) << 64 | UInt128(random.next())
            let address = IPAddress.v6(range.base.bits | host >> UInt128(range.prefix))
            #expect(range.contains(address))
            #expect(throws: EgressRefusal.self, "\(address)") { try AddressPolicy().check(address) }
            #expect(throws: EgressRefusal.self) { try AddressPolicy().check(HostText(parsing: "[\(address)]")) }
        }
    }

    @Test func whatIsInNoRefusedRangeIsPublic() throws {
        let ranges = try Self.refused4.map { try AddressRange(parsing: $0) }
        var random = SeededGenerator(seed: 11)
        for _ in 0..<10_000 {
            let address = IPAddress.v4(UInt32.random(in: 0 ... .max, using: &random))
            let isRefused = ranges.contains { $0.contains(address) } || address == .v4(0x6464_64C8)
            #expect((AddressKind.find(address) != nil) == isRefused, "\(address)")
        }
    }

    @Test func oneRefusedAddressRefusesTheName() throws {
        let policy = AddressPolicy()
        let good = try #require(IPAddress(parsing: "8.8.8.8"))
        let bad = try #require(IPAddress(parsing: "10.0.0.7"))
        try policy.check([good], of: "a.test")
        #expect(throws: EgressRefusal.self) { try policy.check([good, bad], of: "a.test") }
        #expect(throws: EgressRefusal.unresolved("a.test")) { try policy.check([], of: "a.test") }
        let found = #expect(throws: EgressRefusal.self) { try policy.check(bad, of: "a.test") }
        #expect(
            found?.description
                == "\"a.test\" resolves to 10.0.0.7: an address of a private network (10.0.0.0/8), which steps may not "
                + "call; if the call is meant, add \"10.0.0.7\" or \"a.test\" to the setting egress.allow")
    }

    @Test(arguments: [
        ("orders.internal", "orders.internal", true), ("ORDERS.internal.", "orders.internal", true),
        ("orders.internal", "x.orders.internal", false), ("*.internal", "orders.internal", true),
        (".internal", "a.b.internal", true), ("*.internal", "internal", false), ("*.internal", "evilinternal", false),
        ("*.internal", "orders.internal.evil.com", false), ("10.0.0.0/8", "anything.test", true),
        ("10.1.0.0/16", "anything.test", false),
    ])
    func namesAreAllowed(entry: String, name: String, isAllowed: Bool) throws {
        let policy = AddressPolicy(rules: try EgressRules(allow: [entry]))
        let address = try #require(IPAddress(parsing: "10.0.0.7"))
        #expect(((try? policy.check(address, of: name)) != nil) == isAllowed)
        let metadata = try #require(IPAddress(parsing: "169.254.169.254"))
        #expect(throws: EgressRefusal.self) { try policy.check(metadata, of: name) }
    }

    @Test(arguments: [
        ("", "the entry is empty"), ("*", "* would allow everything"), ("http://a.internal", "this is a URL"),
        ("a.internal:8080", "the entry has a port"), ("10.0.0.1/8", "write 10.0.0.0/8 for the range"),
        ("10.0.0.0/33", "the prefix is not a number from 0 to 32"), ("fd00::/129", "from 0 to 128"),
        ("10.0.0.0/", "the prefix is not"), ("10.0.0.0/+8", "the prefix is not"),
        ("10.0.0/8", "neither an address nor a range"),
        ("0x7f.1", "an unusual notation"), ("2130706433", "an unusual notation"), ("a b", "is no DNS name"),
        ("*.*.internal", "is no DNS name"), ("[::1", "neither an address nor a range"), ("exämple", "not ASCII"),
        ("*.", "there is no host"),
        ("010.0.0.1", "has a leading zero"),
    ])
    func aFaultyEntryIsNamed(entry: String, part: String) {
        let found = #expect(throws: EgressRulesError.self) { try EgressRules(allow: ["10.0.0.0/8", entry]) }
        #expect(found?.description.contains("egress.allow, entry 2") == true)
        #expect(found?.description.contains(part) == true, "\(String(describing: found))")
    }
}
