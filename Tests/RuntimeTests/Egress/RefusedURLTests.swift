import Runtime
import Testing

/// What the URL of a step is checked for before anything is resolved.
@Suite struct RefusedURLTests {
    static func check(_ url: String, allow: [String] = []) throws {
        let target: EgressTarget
        do {
            target = try EgressTarget(parsing: url)
        } catch {
            throw EgressRefusal.url(error)
        }
        try AddressPolicy(rules: EgressRules(allow: allow)).check(target.host)
    }

    @Test(arguments: [
        // Loopback, in all notations.
        "http://127.0.0.1", "http://127.0.0.1/", "http://127.0.0.1:8080/x", "http://127.255.255.254",
        "http://2130706433/", "http://0x7f000001/", "http://0X7F000001/", "http://0x7f.0.0.1", "http://0x7f.1/",
        "http://127.1/", "http://127.0.1/", "http://127.0x1", "http://0177.0.0.1/", "http://017700000001/",
        "http://0177.1", "http://00127.0.0.1/", "http://127.0.0.01", "http://127.0.0.1./", "http://2130706433.",
        "http://0x7f.0x0.0x0.0x1", "http://127.000.000.001/",
        // Other addresses of this machine.
        "http://0/", "http://0.0.0.0/", "http://0x0/", "http://0.1.2.3/", "http://[::]/", "http://[::1]/",
        "http://[0:0:0:0:0:0:0:1]:80/", "http://[0000:0000::0001]/", "http://[::0.0.0.1]/",
        "http://localhost/", "http://LOCALHOST/", "http://localhost./", "http://a.localhost:8080/",
        // Private networks and what is like them.
        "http://10.0.0.1/", "http://10.1/", "http://167772161/", "http://172.16.0.1/", "http://172.31.255.255/",
        "http://192.168.0.1/", "http://192.168.257/", "http://0xc0a80001/", "http://100.64.0.1/",
        "http://100.127.255.255/", "http://[fc00::1]/", "http://[fdff::1]/", "http://[fec0::1]/",
        "http://169.254.0.1/", "http://[fe80::1]/", "http://[febf::1]/",
        // Metadata.
        "http://169.254.169.254/latest/meta-data/", "http://2852039166/", "http://0xa9fea9fe/", "http://169.254.43518/",
        "http://169.16689662", "http://0xa9.0xfe.0xa9.0xfe/", "http://169.254.170.2/", "http://100.100.100.200/",
        "http://168.63.129.16/", "http://192.0.0.192/", "http://[fd00:ec2::254]/", "http://[fd00:ec2::23]/",
        "http://[FD00:0EC2:0:0::254]/", "http://[fd20:ce::254]/", "http://[::ffff:169.254.169.254]/",
        "http://[::ffff:a9fe:a9fe]/", "http://[64:ff9b::a9fe:a9fe]/",
        // Not for hosts.
        "http://224.0.0.1/", "http://239.255.255.255/", "http://255.255.255.255/", "http://240.0.0.1/",
        "http://198.18.0.1/", "http://198.19.255.255/", "http://192.0.2.1/", "http://198.51.100.1/",
        "http://203.0.113.1/", "http://192.0.0.1/", "http://192.88.99.1/", "http://[ff02::1]/",
        "http://[2001:db8::1]/", "http://[3fff::1]/", "http://[2001:2::1]/", "http://[2001:10::1]/",
        "http://[100::1]/", "http://[5f00::1]/", "http://[4000::1]/",
        // IPv4 within IPv6.
        "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[0:0:0:0:0:FFFF:10.0.0.1]/",
        "http://[::127.0.0.1]/", "http://[::7f00:1]/", "http://[::8.8.8.8]/", "http://[::ffff:0:127.0.0.1]/",
        "http://[64:ff9b::10.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::8.8.8.8]/",
        "http://[2002:7f00:1::]/", "http://[2002:0808:0808::1]/", "http://[2001:0:7f00:1::]/", "http://[2001::1]/",
        // Zones, brackets and what is no address.
        "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[::1%25]/", "http://::1/", "http://[::1/",
        "http://[::1]x/", "http://[127.0.0.1]/", "http://[v1.fe80]/", "http://[1::2::3]/", "http://[12345::]/",
        "http://[1:2:3:4:5:6:7:8:9]/", "http://[:1:2:3:4:5:6:7:8]/", "http://[::1.2.3]/", "http://[1.2.3.4::]/",
        "http://256.0.0.1/", "http://1.2.3.4.5/", "http://4294967296/", "http://8.8.65536/", "http://0x/",
        "http://0x1.0x.1.1/", "http://example.123/", "http://example.0x7f/", "http://8.8..8/", "http://8.8.8.8../",
        "http://99999999999999999999999999/", "http://0xfffffffffffffffffffff/",
        // Characters that some map to others.
        "http://１２７.０.０.１/", "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://ｌocalhost/", "http://exämple.com/",
        "http://127.0.0.1%00.example.com/", "http://%31%32%37.0.0.1/", "http://127%2e0%2e0%2e1/", "http://loc%61lhost/",
        "http://loca\u{AD}lhost/", "http://127.0.0.1\u{200B}/",
        // What stands around the host.
        "http://a@127.0.0.1/", "http://example.com@127.0.0.1/", "http://127.0.0.1@example.com/", "http://a:b@8.8.8.8/",
        "http://example.com%40127.0.0.1/", "http://8.8.8.8\\@127.0.0.1/", "http://127.0.0.1\\.example.com/",
        "http://8.8.8.8:80@127.0.0.1/", "http://127.0.0.1:80:80/",
        "http://127.0.0.1#@example.com/", "http://127.0.0.1?@example.com/", "http://\\\\127.0.0.1/",
        "http://8.8.8.8 127.0.0.1/", "http://8.8.8.8\t/", "http://8.8.8.8\r\nHost: 127.0.0.1/", " http://127.0.0.1/",
        // No host, no port, another scheme.
        "http:///127.0.0.1/", "http://", "http:127.0.0.1", "http:/127.0.0.1/", "//127.0.0.1/", "127.0.0.1", "",
        "file:///etc/passwd", "gopher://127.0.0.1:6379/_x", "ftp://8.8.8.8/", "javascript://8.8.8.8/", "unix:///x",
        "http+unix://%2Fvar%2Frun%2Fdocker.sock/", "dict://127.0.0.1:11211/", "jar:http://8.8.8.8!/", "HTTPS:8.8.8.8",
        "http://8.8.8.8:0/", "http://8.8.8.8:65536/", "http://8.8.8.8:-1/", "http://8.8.8.8:/", "http://8.8.8.8:8O/",
        "http://8.8.8.8:+80/", "http://8.8.8.8:000080/", "http://8.8.8.8:８０/", "http://[2600::1]:99999/",
        "http://example..com/", "http://.example.com/", "http://-a.example.com/", "http://a-.example.com/",
        "http://exa!mple.com/", "http://example.com,127.0.0.1/",
    ])
    func isRefused(url: String) throws {
        let found = #expect(throws: EgressRefusal.self, "\(url)") { try Self.check(url) }
        let refusal = try #require(found)
        // What, why and how to mend it.
        #expect(refusal.description.contains("; "))
        #expect(!refusal.remedy.isEmpty)
    }

    @Test(arguments: [
        ("http://8.8.8.8", "http://8.8.8.8/"), ("http://1.1.1.1:8080/x?y", "http://1.1.1.1:8080/x?y"),
        ("http://134744072/", "http://8.8.8.8/"), ("http://0x08080808/", "http://8.8.8.8/"),
        ("http://8.8.2056/", "http://8.8.8.8/"), ("http://8.8.8.8./", "http://8.8.8.8/"),
        ("http://172.15.255.255/", "http://172.15.255.255/"), ("http://172.32.0.0/", "http://172.32.0.0/"),
        ("http://100.63.255.255/", "http://100.63.255.255/"), ("http://100.128.0.0/", "http://100.128.0.0/"),
        ("http://11.0.0.0", "http://11.0.0.0/"), ("http://9.255.255.255/", "http://9.255.255.255/"),
        ("http://126.255.255.255/", "http://126.255.255.255/"), ("http://128.0.0.0/", "http://128.0.0.0/"),
        ("http://198.17.255.255/", "http://198.17.255.255/"), ("http://198.20.0.0/", "http://198.20.0.0/"),
        ("http://223.255.255.255/", "http://223.255.255.255/"), ("http://[2600::1]/", "http://[2600::1]/"),
        ("https://[2A00:1450:0:0:0:0:0:8A]:444/x", "https://[2a00:1450::8a]:444/x"),
        ("http://[::ffff:8.8.8.8]/", "http://[::ffff:8.8.8.8]/"),
        ("http://[64:ff9b::808:808]/", "http://[64:ff9b::8.8.8.8]/"),
        ("https://example.com", "https://example.com/"), ("HTTPS://EXAMPLE.com:443", "https://example.com/"),
        ("http://example.com:443/", "http://example.com:443/"), ("http://example.com./a", "http://example.com/a"),
        ("https://xn--exmple-cua.com/?q=ä#part", "https://xn--exmple-cua.com/?q=%C3%A4"),
        ("https://a_b.example.com?x=@127.0.0.1", "https://a_b.example.com/?x=@127.0.0.1"),
        ("https://example.com/@127.0.0.1\\x", "https://example.com/@127.0.0.1\\x"),
        ("http://127.0.0.1.nip.io/", "http://127.0.0.1.nip.io/"), ("http://notlocalhost/", "http://notlocalhost/"),
        ("http://a.com#@127.0.0.1:x@/", "http://a.com/"),
        ("http://1e3/", "http://1e3/"), ("http://0xg/", "http://0xg/"), ("http://a:65535/", "http://a:65535/"),
        ("http://a:1/", "http://a:1/"), ("http://8.8.8.8:0080/", "http://8.8.8.8/"),
    ])
    func isSentAs(url: String, canonical: String) throws {
        try Self.check(url)
        let target = try EgressTarget(parsing: url)
        #expect(target.url == canonical)
        #expect(try EgressTarget(parsing: canonical) == target, "reading what is sent changes nothing")
    }

    @Test(arguments: [
        ("http://127.0.0.1/", "127.0.0.1"), ("http://2130706433/", "127.0.0.0/8"), ("http://[::1]/", "::1"),
        ("http://[::1]/", "[::1]"), ("http://[::ffff:10.0.0.1]/", "10.0.0.0/8"), ("http://[fd00::1]/", "fd00::/8"),
        ("http://localhost/", "localhost"), ("http://x.localhost/", "*.localhost"),
        ("http://169.254.169.254/", "169.254.169.254"), ("http://[64:ff9b::10.0.0.1]/", "10.0.0.1"),
        ("http://[2002:a00:1::]/", "2002::/16"),
    ])
    func isAllowedByAnEntry(url: String, entry: String) throws {
        #expect(throws: EgressRefusal.self) { try Self.check(url) }
        try Self.check(url, allow: [entry])
    }

    @Test(arguments: ["169.254.0.0/16", "0.0.0.0/0", "169.254.169.0/24"])
    func metadataNeedsAnEntryOfItsOwn(range: String) {
        #expect(throws: EgressRefusal.self) { try Self.check("http://169.254.169.254/", allow: [range]) }
    }

    @Test(arguments: [
        (
            "http://0x7f.1/",
            "127.0.0.1 is a loopback address, which means this machine (127.0.0.0/8), which steps may not call; "
                + "if the call is meant, add \"127.0.0.1\" to the setting egress.allow"
        ),
        (
            "http://[64:ff9b::a00:1]/",
            "64:ff9b::10.0.0.1, which stands for 10.0.0.1: an address of a private network (10.0.0.0/8), "
                + "which steps may not call; if the call is meant, add \"10.0.0.1\" to the setting egress.allow"
        ),
        (
            "http://010.8.8.8/",
            "the address \"010.8.8.8\" has a leading zero, which is octal to some programs and decimal to others; "
                + "write four decimal numbers without leading zeros"
        ),
        (
            "http://localhost/",
            "\"localhost\" means this machine, which steps may not call; "
                + "if the call is meant, add \"localhost\" to the setting egress.allow"
        ),
        (
            "http://user:hunter2@example.com/",
            "the URL contains a user name or a password before the host; send them in the header Authorization"
        ),
    ])
    func saysWhatWhyAndHow(url: String, text: String) throws {
        let found = #expect(throws: EgressRefusal.self) { try Self.check(url) }
        #expect(found?.description == text)
    }
}
