import Workflow

/// A message as it goes to a mail server (RFC 5322, RFC 2045): headers in ASCII, a body of plain text in UTF-8.
///
/// Nothing that comes in can end a header: addresses are checked, and in texts a space stands for each control character.
struct MailMessage: Sendable {
    let sender: MailSender
    /// One or more, each a ``Recipient/isAddress(_:)``.
    let recipients: [String]
    let subject: String
    let text: String
    /// The same for each attempt, so that whoever gets the message twice can tell.
    let id: String
    let date: Timestamp

    /// With CRLF at the end of each line.
    var bytes: [UInt8] {
        let text = Self.lines(text)
        let isPlain = text.allSatisfy { $0.utf8.count <= 900 && $0.utf8.allSatisfy { $0 == 0x09 || 0x20...0x7E ~= $0 } }
        let headers = [
            ("Date", Self.date(date)), ("From", from), ("To", recipients.joined(separator: ",\r\n ")),
            ("Subject", Self.encoded(subject)), ("Message-ID", "<\(Self.atoms(id))@\(sender.domain)>"),
            ("MIME-Version", "1.0"), ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", isPlain ? "7bit" : "base64"), ("Auto-Submitted", "auto-generated"),
        ]
        let head = headers.map { "\($0): \($1)\r\n" }.joined()
        let whole = text.joined(separator: "\r\n") + "\r\n"
        return Array("\(head)\r\n\(isPlain ? whole : Self.wrapped(Base64.encode(Array(whole.utf8))))".utf8)
    }

    private var from: String {
        guard let name = sender.name else { return sender.address }
        let isPlain = name.utf8.allSatisfy { 0x20...0x7E ~= $0 } && !name.contains("=?")
        let escaped = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\(isPlain ? "\"\(escaped)\"" : Self.encoded(name)) <\(sender.address)>"
    }

    private static func lines(_ text: String) -> [String] {
        let unix = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
        return unix.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// A text of one line as it stands, or in encoded words (RFC 2047) of at most 75 characters.
    static func encoded(_ text: String) -> String {
        let line = text.oneLine
        if line.utf8.allSatisfy({ 0x20...0x7E ~= $0 }), !line.contains("=?"), line.utf8.count <= 900 { return line }
        var words: [[UInt8]] = [[]]
        for scalar in line.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if words[words.count - 1].count + bytes.count > 45 { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?UTF-8?B?\(Base64.encode($0))?=" }.joined(separator: "\r\n ")
    }

    private static func wrapped(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return stride(from: 0, to: bytes.count, by: 76).map { start in
            String(decoding: bytes[start..<min(start + 76, bytes.count)], as: UTF8.self) + "\r\n"
        }.joined()
    }

    /// With `_` for whatever cannot stand in the left part of a message's id.
    private static func atoms(_ text: String) -> String {
        let atoms = text.utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"): byte
            default: UInt8(ascii: "_")
            }
        }
        return String(decoding: atoms, as: UTF8.self)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `1 Mar 2026 12:00:00 +0000`
    private static func date(_ time: Timestamp) -> String {
        let text = time.description
        let parts = text.prefix { $0 != "T" }.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3, months.indices.contains(parts[1] - 1) else { return "1 Jan 1970 00:00:00 +0000" }
        let clock = text.drop { $0 != "T" }.dropFirst().prefix(8)
        return "\(parts[2]) \(months[parts[1] - 1]) \(parts[0]) \(clock) +0000"
    }
}
