import Workflow

/// The server that takes mail from here and passes it on.
public struct MailServer: Sendable {
    /// How the connection is protected. Certificates are always verified.
    public enum Security: String, Sendable, CaseIterable {
        /// It begins in the open and is encrypted before anything is said; a server that does not offer it gets nothing.
        case startTLS = "starttls"
        /// Encrypted from its first byte.
        case tls
        /// Not at all.
        case none
    }

    /// Who signs in.
    public struct Credentials: Sendable {
        let user: String
        let password: String

        public init(user: String, password: String) { (self.user, self.password) = (user, password) }
    }

    /// Without brackets, also when it is an IPv6 address.
    public var host: String
    public var port: Int
    public var sender: MailSender
    public var security = Security.startTLS
    /// Nil for a server that asks nobody.
    public var credentials: Credentials?
    /// A file with certificates to trust in the place of the system's, in PEM.
    public var authorities: String?
    /// How long a delivery takes at most, where the definition does not say so.
    public var timeout = Duration.seconds(30)
    /// How long it takes at most until the connection stands.
    public var connectTimeout = Duration.seconds(5)

    public init(host: String, port: Int, sender: MailSender) {
        (self.host, self.port, self.sender) = (host, port, sender)
    }

    var url: String {
        let scheme = security == .tls ? "smtps" : "smtp"
        return "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }
}

/// From whom mail comes.
public struct MailSender: Sendable, Hashable {
    /// See ``Recipient/isAddress(_:)``.
    public let address: String
    /// For people; nil for none.
    public let name: String?

    /// Reads `ops@example.com` or `Flowmeter <ops@example.com>`; nil for anything else.
    public init?(parsing text: String) {
        guard text.last == ">", let start = text.lastIndex(of: "<") else {
            guard Recipient.isAddress(text) else { return nil }
            (address, name) = (text, nil)
            return
        }
        let inner = String(text[text.index(after: start)...].dropLast())
        let title = String(text[..<start].trimmed)
        guard Recipient.isAddress(inner), title.oneLine == title, title.unicodeScalars.count <= 100 else { return nil }
        (address, name) = (inner, title.isEmpty ? nil : title)
    }

    var domain: Substring { address.drop { $0 != "@" }.dropFirst() }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let head = drop { $0 == " " }
        return head.dropLast(head.reversed().prefix { $0 == " " }.count)
    }
}
