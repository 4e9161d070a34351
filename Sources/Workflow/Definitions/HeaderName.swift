/// The name of an HTTP header.
public enum HeaderName {
    /// Whether it can be sent: a `token` of RFC 9110, section 5.6.2.
    public static func isValid(_ name: String) -> Bool { !name.isEmpty && name.utf8.allSatisfy(isInToken) }

    /// What belongs to one connection (RFC 9110, 7.6.1), or follows from the request: left out of what is given.
    public static let ofConnection = [
        "Host", "Connection", "Content-Length", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
        "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    ]

    /// Whether requests of steps have a value of their own for it, or none.
    static func isOwn(_ name: String) -> Bool {
        let name = name.lowercased()
        return name == "idempotency-key" || ofConnection.contains { $0.lowercased() == name }
    }

    private static func isInToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
