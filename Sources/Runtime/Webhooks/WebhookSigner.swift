public import Workflow

/// Signs what is sent, as Standard Webhooks asks.
public struct WebhookSigner: Sendable {
    private let secrets: [WebhookSecret]

    /// - Parameter secrets: in base64, with or without `whsec_`; while one is exchanged for another, both: each signs.
    public init(secrets: [String]) throws(WebhookSetupError) {
        guard !secrets.isEmpty else { throw .noSecret }
        var read: [WebhookSecret] = []
        for (index, text) in secrets.enumerated() {
            do {
                read.append(try WebhookSecret(text, for: .standard))
            } catch {
                throw .secret(position: index + 1, error)
            }
        }
        self.secrets = read
    }

    /// The headers to send with the body.
    ///
    /// - Parameters:
    ///   - id: the same for every attempt to deliver the same thing. Dots in it become `_`, since a dot ends it in what is
    ///     signed, and so does whatever cannot stand in a header.
    ///   - time: when this attempt is made; whole seconds of it are sent.
    public func headers(id: String, body: [UInt8], at time: Timestamp) -> [(name: String, value: String)] {
        let safe = String(decoding: id.utf8.map { 0x21...0x7E ~= $0 && $0 != 0x2E ? $0 : 0x5F }, as: UTF8.self)
        let seconds = max(0, time.microseconds / 1_000_000)
        let head = Array("\(safe).\(seconds).".utf8)
        let signatures = secrets.map { "v1," + Base64.encode($0.code(of: head, body)) }
        return [
            ("webhook-id", safe), ("webhook-timestamp", "\(seconds)"),
            ("webhook-signature", signatures.joined(separator: " ")),
        ]
    }
}
