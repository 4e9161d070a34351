import Wording

/// The host of a URL: an address, however it is written, or a name that is to be resolved.
///
/// Programs read the same text differently, and an attacker lives off the difference. So the text is read once, here,
/// and what goes on is ``description``, which everyone reads alike; what some read one way and some another is refused.
public enum HostText: Sendable, Hashable {
    case address(IPAddress)
    /// A DNS name in lower case, without a dot at its end.
    case name(String)

    /// Reads the host of a URL, IPv6 addresses in brackets.
    ///
    /// IPv4 may be written in any way that `inet_aton` takes (`2130706433`, `0x7f.1`, `127.1`), save with leading zeros,
    /// which are octal to some and decimal to others. Not taken: percent escapes, characters beyond ASCII, zones.
    public init(parsing text: some StringProtocol) throws(HostTextError) {
        let shown = String(text)
        guard !text.isEmpty else { throw .empty }
        guard text.utf8.count <= 254 else { throw .tooLong }
        if let stray = text.unicodeScalars.first(where: { !$0.isASCII }) { throw .notASCII(shown, stray) }
        guard !text.utf8.contains(UInt8(ascii: "%")) else {
            throw text.hasPrefix("[") ? .zone(shown) : .escape(shown)
        }
        if text.hasPrefix("[") || text.utf8.contains(UInt8(ascii: ":")) {
            self = .address(try Self.bracketed(shown))
        } else {
            self = try Self.addressOrName(shown)
        }
    }

    private static func bracketed(_ text: String) throws(HostTextError) -> IPAddress {
        guard text.hasPrefix("["), text.hasSuffix("]") else { throw .brackets(text) }
        guard let address = IPAddress(parsing: text.dropFirst().dropLast()), !address.isV4 else {
            throw .malformedAddress(text)
        }
        return address
    }

    private static func addressOrName(_ text: String) throws(HostTextError) -> HostText {
        var labels = text.split(separator: ".", omittingEmptySubsequences: false)
        if labels.count > 1, labels.last?.isEmpty == true { labels.removeLast() }
        // What ends in a number is an address to a resolver, or nothing.
        if let last = labels.last, isNumeric(last) { return .address(try address(labels, text)) }
        for label in labels {
            guard 1...63 ~= label.utf8.count, label.utf8.allSatisfy(isNameByte), label.first != "-", label.last != "-"
            else { throw .malformedName(text) }
        }
        return .name(labels.joined(separator: ".").lowercased())
    }

    private static func isNumeric(_ label: Substring) -> Bool {
        if label.hasPrefix("0x") || label.hasPrefix("0X") {
            return label.utf8.dropFirst(2).allSatisfy { $0.digitValue(radix: 16) != nil }
        }
        return !label.isEmpty && label.utf8.allSatisfy { $0.digitValue(radix: 10) != nil }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte | 0x20 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: byte.digitValue(radix: 10) != nil || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
    }

    /// One to four numbers; the last fills all the bytes that the others leave.
    private static func address(_ labels: [Substring], _ text: String) throws(HostTextError) -> IPAddress {
        guard labels.count <= 4 else { throw .malformedAddress(text) }
        var bits: UInt64 = 0
        for (index, label) in labels.enumerated() {
            let isLast = index == labels.count - 1
            let most: UInt64 = isLast ? 0xFFFF_FFFF >> UInt64(8 * index) : 255
            let value = try number(label, text)
            guard value <= most else { throw .malformedAddress(text) }
            bits = bits << (isLast ? UInt64(8 * (4 - index)) : 8) | value
        }
        return .v4(UInt32(truncatingIfNeeded: bits))
    }

    private static func number(_ label: Substring, _ text: String) throws(HostTextError) -> UInt64 {
        let isHex = label.hasPrefix("0x") || label.hasPrefix("0X")
        let digits = isHex ? label.dropFirst(2) : label
        guard isNumeric(label), !digits.isEmpty else { throw .malformedAddress(text) }
        guard isHex || label == "0" || !label.hasPrefix("0") else { throw .leadingZero(text) }
        guard let value = UInt64(digits, radix: isHex ? 16 : 10) else { throw .malformedAddress(text) }
        return value
    }
}

extension HostText: CustomStringConvertible {
    /// As it stands in a URL, in the one notation that everyone reads alike.
    public var description: String {
        switch self {
        case .address(let address): address.isV4 ? "\(address)" : "[\(address)]"
        case .name(let name): name
        }
    }
}

/// Why a text is not the host of a URL that may be called.
public enum HostTextError: Error, Sendable, Hashable {
    case empty
    case tooLong
    case notASCII(String, Unicode.Scalar)
    case escape(String)
    case zone(String)
    case brackets(String)
    case leadingZero(String)
    case malformedAddress(String)
    case malformedName(String)
}

extension HostTextError: CustomStringConvertible {
    public var description: String { "\(message); \(remedy)" }

    /// What is wrong, as a clause without a full stop.
    public var message: String {
        switch self {
        case .empty: "there is no host"
        case .tooLong: "the host is longer than 253 characters"
        case .notASCII(let text, let scalar):
            "the host \(Prose.quote(text)) contains \(Prose.quote(String(scalar))), which is not ASCII"
        case .escape(let text): "the host \(Prose.quote(text)) contains a percent escape"
        case .zone(let text): "the address \(Prose.quote(text)) names a zone"
        case .brackets(let text): "the IPv6 address \(Prose.quote(text)) is not in brackets"
        case .leadingZero(let text):
            "the address \(Prose.quote(text)) has a leading zero, which is octal to some programs and decimal to others"
        case .malformedAddress(let text): "the host \(Prose.quote(text)) looks like an address and is none"
        case .malformedName(let text): "the host \(Prose.quote(text)) is no DNS name"
        }
    }

    /// What to do about it, as a clause without a full stop.
    public var remedy: String {
        switch self {
        case .empty: "write a URL such as https://example.com/path"
        case .tooLong: "shorten it"
        case .notASCII: "write an international name in its ASCII form, which begins with xn--"
        case .escape: "write the characters themselves"
        case .zone: "leave out % and what follows it"
        case .brackets: "write it as [::1]"
        case .leadingZero: "write four decimal numbers without leading zeros"
        case .malformedAddress: "write four numbers from 0 to 255 with dots between them, or IPv6 in brackets"
        case .malformedName: "use letters, digits, - and _, with single dots between the parts"
        }
    }
}
