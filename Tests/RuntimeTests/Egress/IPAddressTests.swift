import TestSupport
import Testing

@testable import Runtime

@Suite struct IPAddressTests {
    /// The examples of RFC 5952, and others.
    @Test(arguments: [
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:0DB8::0001", "2001:db8::1"), ("::", "::"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("1::", "1::"), ("::1", "::1"), ("1:0:0:2::", "1:0:0:2::"),
        ("::ffff:1.2.3.4", "::ffff:1.2.3.4"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("1.2.3.4", "1.2.3.4"),
        ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
    ])
    func isWrittenAs(text: String, canonical: String) throws {
        let address = try #require(IPAddress(parsing: text))
        #expect(address.description == canonical)
        #expect(IPAddress(parsing: canonical) == address)
    }

    @Test(arguments: [
        "", "1", "1.2.3", "1.2.3.4.", ".1.2.3", "1.2.3.04", "1.2.3.256", "1.2.3.-4", "0x1.2.3.4", "1.2.3.4 ",
        "1.2.3.4/8",
        ":", ":::", "1:", ":1", "1::2::3", "::12345", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::",
        "::g", "::1%eth0", "[::1]", "::1.2.3", "1.2.3.4::", "::1.2.3.4:5", "1::2:", ":1::2", "1:2:3:4:5:6:7:1.2.3.4",
        "١.2.3.4",
        "fe80::1%1", "::ffff:1.2.3.400", "1.2.3.4:80",
    ])
    func isNone(text: String) {
        #expect(IPAddress(parsing: text) == nil)
    }

    @Test func whatIsWrittenIsReadAgain() {
        var random = SeededGenerator(seed: 3)
        for round in 0..<2_000 {
            var bits = UInt128(random.next()) << 64 | UInt128(random.next())
            for group in 0..<8 where Int.random(in: 0..<3, using: &random) == 0 {
                bits &= ~(0xFFFF << UInt128(16 * group))
            }
            let address = round.isMultiple(of: 4) ? IPAddress.v4(UInt32(truncatingIfNeeded: bits)) : .v6(bits)
            #expect(IPAddress(parsing: address.description) == address)
            let bytes = (0..<address.width / 8).reversed().map {
                UInt8(truncatingIfNeeded: address.bits >> UInt128(8 * $0))
            }
            #expect(IPAddress(networkBytes: bytes) == address)
        }
        #expect(IPAddress(networkBytes: [1, 2, 3]) == nil)
    }

    @Test(arguments: [
        ("0.0.0.0/0", "255.1.2.3", true), ("::/0", "ff::", true), ("0.0.0.0/0", "::", false),
        ("::/0", "1.2.3.4", false),
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false), ("1.2.3.4", "1.2.3.4", true),
        ("1.2.3.4/31", "1.2.3.5", true), ("1.2.3.4/31", "1.2.3.6", false), ("fe80::/10", "febf:ffff::", true),
        ("fe80::/10", "fec0::", false), ("::1/128", "::1", true), ("::1", "::2", false),
    ])
    func isInTheRange(range: String, address: String, isIn: Bool) throws {
        let address = try #require(IPAddress(parsing: address))
        #expect(try AddressRange(parsing: range).contains(address) == isIn)
    }

    /// Bytes at random, and hosts with some of their characters changed, trap nothing.
    @Test func anyTextIsReadOrRefused() {
        var random = SeededGenerator(seed: 5)
        let alphabet = Array("0123456789abcdefxX.:[]%/@\\?#-_ \u{301}١ä*")
        for _ in 0..<10_000 {
            let text = String(
                (0..<Int.random(in: 0..<40, using: &random)).compactMap { _ in alphabet.randomElement(using: &random) })
            _ = IPAddress(parsing: text)
            _ = try? AddressRange(parsing: text)
            _ = try? EgressRules(allow: [text])
            _ = try? EgressTarget(parsing: "https://a.com/x").redirected(to: text)
            guard let target = try? EgressTarget(parsing: "http://" + text) else { continue }
            #expect((try? EgressTarget(parsing: target.url)) == target, "\(text)")
        }
    }
}
