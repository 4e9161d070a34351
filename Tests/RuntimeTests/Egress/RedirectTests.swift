import Runtime
import Testing

/// Each redirect is read anew, and checked as if it were the first URL.
@Suite struct RedirectTests {
    @Test(arguments: [
        ("https://a.com/x/y?q", "/z", "https://a.com/z"), ("https://a.com/x/y?q", "z", "https://a.com/x/z"),
        ("https://a.com/x/y?q", "../z", "https://a.com/z"),
        ("https://a.com/x/y", "../../../z?a=../b", "https://a.com/z?a=../b"),
        ("https://a.com/x/y?q", "?r", "https://a.com/x/y?r"), ("https://a.com/x/y?q#f", "", "https://a.com/x/y?q"),
        ("https://a.com:8443/x", "//b.com/y", "https://b.com/y"), ("http://a.com/x", "//b.com/y", "http://b.com/y"),
        ("https://a.com:8443/x", "y#z", "https://a.com:8443/y"), ("http://a.com/", "https://a.com/", "https://a.com/"),
        ("http://a.com/", "HTTP://0x08080808", "http://8.8.8.8/"), ("http://a.com/x/", "./", "http://a.com/x/"),
        ("http://a.com/x/", "..", "http://a.com/"), ("http://a.com", "@127.0.0.1/", "http://a.com/@127.0.0.1/"),
        ("http://a.com/x", "/\u{301}", "http://a.com/%CC%81"),
    ])
    func leadsTo(base: String, location: String, url: String) throws {
        let target = try EgressTarget(parsing: base).redirected(to: location)
        #expect(target.url == url)
    }

    @Test(arguments: [
        "http://169.254.169.254/latest/", "//127.0.0.1/", "//[::1]:6379/", "//2130706433", "//localhost/",
        "http://a@127.0.0.1/", "\\\\127.0.0.1\\x", "/\\127.0.0.1", "file:///etc/passwd", "gopher://127.0.0.1:6379/",
        "http:127.0.0.1", "http:/127.0.0.1/", "javascript:alert(1)", "//０x7f.1/", "///127.0.0.1/", "http://a b/",
        "/x\r\nSet-Cookie: a=b", "//10.0.0.1", "http://[fd00:ec2::254]/", "//0177.1/",
    ])
    func isRefused(location: String) throws {
        for base in ["http://a.com/x", "https://a.com/x"] {
            #expect(throws: (any Error).self, "\(location)") {
                try AddressPolicy().check(try EgressTarget(parsing: base).redirected(to: location).host)
            }
        }
    }

    @Test func aChainIsCheckedAtEachOfItsLinks() throws {
        var target = try EgressTarget(parsing: "https://a.com/1")
        for location in ["/2", "//b.com/3", "https://c.com:8443/4?x"] {
            target = try target.redirected(to: location)
            try AddressPolicy().check(target.host)
        }
        #expect(target.url == "https://c.com:8443/4?x")
        let last = try target.redirected(to: "https://2852039166/")
        #expect(throws: EgressRefusal.self) { try AddressPolicy().check(last.host) }
    }

    @Test func secureCallsAreNotContinuedInTheOpen() throws {
        let target = try EgressTarget(parsing: "https://a.com/")
        #expect(throws: EgressTargetError.downgrade("http://a.com/")) { try target.redirected(to: "http://a.com/") }
    }

    @Test(arguments: [
        ("https://a.com/x", "https://A.com:443/y", true), ("https://a.com/", "https://b.com/", false),
        ("https://a.com/", "https://a.com:444/", false), ("http://a.com/", "https://a.com/", false),
    ])
    func originsAreTold(one: String, other: String, isSame: Bool) throws {
        #expect(try EgressTarget(parsing: one).isSameOrigin(as: EgressTarget(parsing: other)) == isSame)
    }
}
