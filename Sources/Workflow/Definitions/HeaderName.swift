/// The name of an HTTP header.
public enum HeaderName {
    /// Whether it can be sent: a `token` of RFC 9110, section 5.6.2.
    public static func isValid(_ name: String) -> Bool { !name.isEmpty && name.utf8.allSatisfy(isInToken) }

    private static func isInToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
