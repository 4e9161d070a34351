import Crypto

/// A secret that deliveries are signed with. It shows itself to nobody: its description is dots.
public struct WebhookSecret: Sendable {
    let key: SymmetricKey

    /// Takes the secret as the sender shows it: GitHub's and Stripe's as text, Stripe's `whsec_` included; that of
    /// Standard Webhooks in base64, with or without `whsec_` before it, at least 24 bytes of it.
    public init(_ text: String, for convention: WebhookConvention) throws(WebhookSecretError) {
        guard !text.isEmpty else { throw .empty }
        guard text.unicodeScalars.allSatisfy({ $0.value > 0x20 || $0 == " " }), !text.hasPrefix(" "),
            !text.hasSuffix(" ")
        else { throw .blank }
        guard convention == .standard else {
            key = SymmetricKey(data: Array(text.utf8))
            return
        }
        let encoded = text.hasPrefix("whsec_") ? text.dropFirst(6) : text[...]
        if encoded.hasPrefix("whpk_") || encoded.hasPrefix("whsk_") { throw .asymmetric }
        guard let bytes = Base64.decode(encoded) else { throw .notBase64 }
        guard bytes.count >= Self.fewestBytes else { throw .short(bytes.count) }
        key = SymmetricKey(data: bytes)
    }

    /// What the specification of Standard Webhooks asks for.
    static let fewestBytes = 24

    func code(of parts: [UInt8]...) -> [UInt8] {
        var code = HMAC<SHA256>(key: key)
        for part in parts { code.update(data: part) }
        return Array(code.finalize())
    }
}

extension WebhookSecret: CustomStringConvertible, CustomReflectable {
    public var description: String { "•••" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why a text is no secret. It shows nothing of the text.
public enum WebhookSecretError: Error, Sendable, Hashable {
    case empty
    /// A space at an end, or a control character: most often the line end of a file.
    case blank
    case notBase64
    /// The key of a pair, for `v1a` signatures.
    case asymmetric
    case short(Int)
}

extension WebhookSecretError: CustomStringConvertible {
    public var description: String { "\(message); \(remedy)" }

    /// What is wrong, as a clause without a full stop.
    public var message: String {
        switch self {
        case .empty: "the secret is empty"
        case .blank: "the secret has a space at an end or a control character in it"
        case .notBase64: "the secret is not base64"
        case .asymmetric: "the secret is a key of a pair, whose signatures (v1a) are not verified"
        case .short(let bytes): "the secret has \(bytes) bytes, fewer than \(WebhookSecret.fewestBytes)"
        }
    }

    /// What to do about it, as a clause without a full stop.
    public var remedy: String {
        switch self {
        case .empty: "copy it from where the sender shows it: without one nothing is accepted"
        case .blank: "remove the line end of the file or the spaces around it"
        case .notBase64: "copy all of it, whsec_ included"
        case .asymmetric: "have the sender sign with a shared secret (whsec_)"
        case .short: "make one of random bytes: whsec_ and the output of openssl rand -base64 32"
        }
    }
}
