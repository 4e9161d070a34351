/// Whom a `notify` reaches, and how.
public enum Recipient: Sendable, Hashable {
    /// One mail address.
    case address(String)
    /// The mail addresses that the configuration has under this name.
    case role(String)
    /// A channel with its `#`.
    case slack(channel: String)
    /// The webhook that the configuration has under this name.
    case webhook(String)
    /// The service's log.
    case log

    /// What ``init(parsing:)`` takes, in words.
    public static let form = "an address such as ops@example.com, role:NAME, slack:#CHANNEL, webhook:NAME or log"
    private static let longestChannel = 80

    /// Reads one entry of `recipients`; nil when it is none.
    public init?(parsing text: String) {
        if text == "log" {
            self = .log
        } else if text.hasPrefix("role:"), Names.isIdentifier(String(text.dropFirst(5)), hyphens: true) {
            self = .role(String(text.dropFirst(5)))
        } else if text.hasPrefix("webhook:"), Names.isIdentifier(String(text.dropFirst(8)), hyphens: true) {
            self = .webhook(String(text.dropFirst(8)))
        } else if text.hasPrefix("slack:"), Self.isChannel(text.dropFirst(6)) {
            self = .slack(channel: String(text.dropFirst(6)))
        } else if Self.isAddress(text) {
            self = .address(text)
        } else {
            return nil
        }
    }

    /// Whether the text can be a channel: `#` and 1 to 80 characters, none of them a space or a control character.
    public static func isChannel(_ text: some StringProtocol) -> Bool {
        let scalars = text.unicodeScalars
        return scalars.first == "#" && 2...(longestChannel + 1) ~= scalars.count
            && !scalars.dropFirst().contains {
                $0 == "#" || $0.properties.isWhitespace || $0.value < 0x20 || 0x7F...0x9F ~= $0.value
            }
    }

    /// Whether the text is a mail address: dot-atoms of ASCII around an `@`, at most 254 bytes (RFC 5321, without quoted
    /// local parts and address literals). Nothing in such an address can end a header or a command.
    public static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 254, parts[0].utf8.count <= 64 else { return false }
        let local = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let domain = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return local.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isAtomByte) } && domain.allSatisfy(isDomainLabel)
    }

    private static func isAtomByte(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    private static func isDomainLabel(_ label: Substring) -> Bool {
        1...63 ~= label.utf8.count && !label.hasPrefix("-") && !label.hasSuffix("-")
            && label.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}

extension Recipient: CustomStringConvertible {
    /// As it is read.
    public var description: String {
        switch self {
        case .address(let address): address
        case .role(let name): "role:\(name)"
        case .slack(let channel): "slack:\(channel)"
        case .webhook(let name): "webhook:\(name)"
        case .log: "log"
        }
    }
}

/// What a server has been told of the world that definitions name: whom it can notify, where records are kept.
public struct ConfiguredNames: Sendable, Hashable {
    /// Whether there is a mail server.
    public var hasMail = false
    /// The roles that have mail addresses.
    public var roles: [String] = []
    /// The channels that have an address of their own.
    public var channels: [String] = []
    /// Whether there is an address for all other channels.
    public var hasAllChannels = false
    /// The kinds of records that it can create and change.
    public var entities: [String] = []
    /// The webhooks that it can call.
    public var webhooks: [String] = []

    /// None.
    public init() {}
}
