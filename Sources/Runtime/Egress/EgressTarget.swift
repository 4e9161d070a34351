import Wording

/// The URL of a call to the outside, read once and strictly, so that what is checked is what is called.
///
/// Whoever sends the request uses ``url``, not the text that came in: its host and port are written in the one notation
/// that every parser reads alike.
public struct EgressTarget: Sendable, Hashable {
    public let isSecure: Bool
    public let host: HostText
    public let port: Int
    /// Path and query; begins with a slash. The fragment is dropped: it is never sent.
    public let path: String

    /// Reads an absolute `http` or `https` URL.
    public init(parsing url: some StringProtocol) throws(EgressTargetError) {
        let text = String(url)
        guard text.utf8.count <= 8192 else { throw .tooLong }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { throw .blank(text) }
        guard let scheme = Self.scheme(of: text), let isSecure = ["http": false, "https": true][scheme.name] else {
            throw .scheme(text)
        }
        guard scheme.rest.utf8.starts(with: "//".utf8) else { throw .scheme(text) }
        // By bytes, here and below: a combining mark after a slash makes one character of both.
        let rest = scheme.rest[scheme.rest.utf8.index(scheme.rest.startIndex, offsetBy: 2)...]
        let end = rest.utf8.firstIndex { "/?#".utf8.contains($0) } ?? rest.endIndex
        try self.init(isSecure: isSecure, authority: rest[..<end], path: Self.escaped(rest[end...]))
    }

    private init(isSecure: Bool, authority: Substring, path: String) throws(EgressTargetError) {
        if authority.utf8.contains(UInt8(ascii: "@")) { throw .credentials }
        if authority.utf8.contains(UInt8(ascii: "\\")) { throw .backslash }
        let (host, port) = Self.split(authority)
        self.isSecure = isSecure
        self.port = try Self.number(port) ?? (isSecure ? 443 : 80)
        do {
            self.host = try HostText(parsing: host)
        } catch {
            throw .host(error)
        }
        self.path = path.hasPrefix("/") ? path : "/" + path
    }

    /// Without the fragment, and what is not ASCII as percent escapes.
    private static func escaped(_ path: Substring) -> String {
        var bytes: [UInt8] = []
        for byte in path.utf8.prefix(while: { $0 != UInt8(ascii: "#") }) {
            if byte < 0x80 { bytes.append(byte) } else { bytes += "%\(String(byte, radix: 16, uppercase: true))".utf8 }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func scheme(of text: String) -> (name: String, rest: Substring)? {
        guard let colon = text.firstIndex(of: ":"), let first = text.utf8.first, first | 0x20 >= UInt8(ascii: "a"),
            text[..<colon].utf8.allSatisfy({ $0 < 0x80 && !"/?#[]@\\".utf8.contains($0) })
        else { return nil }
        return (text[..<colon].lowercased(), text[colon...].dropFirst())
    }

    /// The port is what follows the last colon outside of brackets.
    private static func split(_ authority: Substring) -> (host: Substring, port: Substring?) {
        guard let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") else {
            return (authority, nil)
        }
        return (authority[..<colon], authority[colon...].dropFirst())
    }

    private static func number(_ port: Substring?) throws(EgressTargetError) -> Int? {
        guard let port else { return nil }
        guard 1...5 ~= port.utf8.count, port.utf8.allSatisfy({ $0.digitValue(radix: 10) != nil }),
            let number = Int(port), 1...65_535 ~= number
        else { throw .port(String(port)) }
        return number
    }

    /// The URL to send the request to.
    public var url: String { origin + path }

    /// Scheme, host, and the port where it is not the usual one. It holds no secrets.
    var origin: String { (isSecure ? "https://" : "http://") + authority }

    /// The host, and the port where it is not the usual one.
    var authority: String { port == (isSecure ? 443 : 80) ? "\(host)" : "\(host):\(port)" }

    /// Reads a host with or without a port, and writes both in the one notation that is compared; nil for all else.
    public static func authority(parsing text: some StringProtocol) -> String? {
        guard let target = try? EgressTarget(parsing: "https://\(text)"), target.path == "/",
            text.utf8.allSatisfy({ !"/?#".utf8.contains($0) })
        else { return nil }
        return target.authority
    }

    /// Whether headers with credentials that were meant for this one may go to the other one as well.
    public func isSameOrigin(as other: EgressTarget) -> Bool { origin == other.origin }

    /// Where the `Location` of an answer leads: a URL, or a reference relative to this one (RFC 3986, 5.2).
    public func redirected(to location: String) throws(EgressTargetError) -> EgressTarget {
        if let (name, rest) = Self.scheme(of: location) {
            guard isSecure, name == "http", rest.utf8.starts(with: "//".utf8) else {
                return try EgressTarget(parsing: location)
            }
            throw .downgrade(location)
        }
        if location.utf8.contains(UInt8(ascii: "\\")) { throw .backslash }
        if location.utf8.starts(with: "//".utf8) {
            return try EgressTarget(parsing: (isSecure ? "https:" : "http:") + location)
        }
        return try EgressTarget(parsing: origin + relative(Self.escaped(location[...])))
    }

    private func relative(_ reference: String) -> String {
        if reference.isEmpty { return path }
        let base = path.prefix { $0 != "?" }
        if reference.hasPrefix("?") { return base + reference }
        if reference.hasPrefix("/") { return reference }
        let folder = base[...(base.lastIndex(of: "/") ?? base.startIndex)]
        return Self.withoutDots(folder + reference)
    }

    private static func withoutDots(_ path: Substring) -> String {
        let query = path.drop { $0 != "?" }
        var parts: [Substring] = []
        let all = path[..<query.startIndex].dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        for (index, part) in all.enumerated() {
            if part == ".." { _ = parts.popLast() }
            if part != "." && part != ".." { parts.append(part) } else if index == all.count - 1 { parts.append("") }
        }
        return "/" + parts.joined(separator: "/") + query
    }
}

/// Why a text is not a URL that may be called.
public enum EgressTargetError: Error, Sendable, Hashable {
    case tooLong
    /// A space or a control character.
    case blank(String)
    case scheme(String)
    case credentials
    case backslash
    case port(String)
    case host(HostTextError)
    /// A redirect from https to http.
    case downgrade(String)
}

extension EgressTargetError: CustomStringConvertible {
    public var description: String { "\(message); \(remedy)" }

    /// What is wrong, as a clause without a full stop. It shows no credentials.
    public var message: String {
        switch self {
        case .tooLong: "the URL is longer than 8192 bytes"
        case .blank: "the URL contains a space or a control character"
        case .scheme: "the URL does not begin with http:// or https://"
        case .credentials: "the URL contains a user name or a password before the host"
        case .backslash: "the URL contains a backslash, which some programs read as a slash"
        case .port(let text):
            // What stands after a colon may be a password, too.
            text.utf8.allSatisfy { $0.digitValue(radix: 10) != nil }
                ? "the port \(Prose.quote(text)) is not a number from 1 to 65535"
                : "what follows the colon after the host is not a number from 1 to 65535"
        case .host(let error): error.message
        case .downgrade: "the answer redirects from https to http"
        }
    }

    /// What to do about it, as a clause without a full stop.
    public var remedy: String {
        switch self {
        case .tooLong: "send the data in the body"
        case .blank: "write a space as %20"
        case .scheme: "write a URL such as https://example.com/path"
        case .credentials: "send them in the header Authorization"
        case .backslash: "write / or %5C"
        case .port: "write a port, or leave out the colon"
        case .host(let error): error.remedy
        case .downgrade: "call the address that it redirects to itself, if that is meant"
        }
    }
}
