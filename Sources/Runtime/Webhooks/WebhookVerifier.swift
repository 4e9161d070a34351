public import Workflow

/// Tells deliveries of a sender who knows a secret from all others.
///
/// It works on the raw bytes of the body, before anyone parses them. Without a secret there is no verifier, so that a
/// forgotten setting closes the door instead of opening it.
public struct WebhookVerifier: Sendable {
    public let convention: WebhookConvention
    private let secrets: [WebhookSecret]
    private let tolerance: Duration

    /// What Stripe and the reference libraries of Standard Webhooks take.
    public static let defaultTolerance = Duration.seconds(300)
    /// How far the signed time may be from now at most.
    public static let longestTolerance = Duration.seconds(3600)
    /// As long as that may be both ways, a delivery could be sent again by somebody who has seen it.
    static let longestValidity = longestTolerance * 2
    /// More signatures in one header are not looked at: each costs a comparison, and rotation needs two.
    static let mostSignatures = 16
    static let longestHeader = 4096

    /// - Parameters:
    ///   - secrets: the secrets that are valid now; while one is exchanged for another, both.
    ///   - tolerance: how far the signed time may be from now, in both directions. GitHub signs none.
    public init(
        _ convention: WebhookConvention, secrets: [String], tolerance: Duration = defaultTolerance
    ) throws(WebhookSetupError) {
        guard !secrets.isEmpty else { throw .noSecret }
        guard tolerance >= .zero else { throw .tolerance }
        var read: [WebhookSecret] = []
        for (index, text) in secrets.enumerated() {
            do {
                read.append(try WebhookSecret(text, for: convention))
            } catch {
                throw .secret(position: index + 1, error)
            }
        }
        self.convention = convention
        self.secrets = read
        self.tolerance = tolerance
    }

    /// Accepts a delivery, or says why not.
    ///
    /// - Parameter headers: all values of the header of that name; names are asked for in lower case.
    public func verify(
        _ body: [UInt8], headers: (String) -> [String], now: Timestamp
    ) throws(WebhookRejection) -> WebhookDelivery {
        switch convention {
        case .github: try verifyGitHub(body, headers)
        case .stripe: try verifyStripe(body, headers, now)
        case .standard: try verifyStandard(body, headers, now)
        }
    }

    private func verifyGitHub(
        _ body: [UInt8], _ headers: (String) -> [String]
    ) throws(WebhookRejection) -> WebhookDelivery {
        let header = try Self.header("x-hub-signature-256", headers)
        guard header.hasPrefix("sha256="), let code = Self.code(hex: header.dropFirst(7)) else {
            throw .malformedHeader("x-hub-signature-256", expected: "sha256= and 64 hex digits")
        }
        let id = try Self.identifier("x-github-delivery", headers)
        try match([code], body)
        return WebhookDelivery(id: id, sentAt: nil)
    }

    private func verifyStripe(
        _ body: [UInt8], _ headers: (String) -> [String], _ now: Timestamp
    ) throws(WebhookRejection) -> WebhookDelivery {
        let header = try Self.header("stripe-signature", headers)
        let parts = header.split(separator: ",", omittingEmptySubsequences: false).map { Self.trimmed($0) }
        let times = parts.filter { $0.hasPrefix("t=") }
        let codes = parts.filter { $0.hasPrefix("v1=") }
        guard times.count == 1, !codes.isEmpty, codes.count <= Self.mostSignatures,
            let seconds = Self.seconds(times[0].dropFirst(2))
        else { throw .malformedHeader("stripe-signature", expected: "t=<seconds>,v1=<64 hex digits>") }
        let time = String(times[0].dropFirst(2))
        try match(codes.compactMap { Self.code(hex: $0.dropFirst(3)) }, Array("\(time).".utf8), body)
        try checkTime(seconds, now)
        guard let id = (try? JSONValue(parsing: body))?.object?["id"]?.string, Self.isIdentifier(id) else {
            throw .noEventID
        }
        return WebhookDelivery(id: id, sentAt: seconds)
    }

    private func verifyStandard(
        _ body: [UInt8], _ headers: (String) -> [String], _ now: Timestamp
    ) throws(WebhookRejection) -> WebhookDelivery {
        let id = try Self.identifier("webhook-id", headers)
        // A dot would let the end of the id pass for the time, and the time for the start of the body.
        guard !id.utf8.contains(UInt8(ascii: ".")) else {
            throw .malformedHeader("webhook-id", expected: "an id without a dot")
        }
        let time = try Self.header("webhook-timestamp", headers)
        guard let seconds = Self.seconds(time[...]) else {
            throw .malformedHeader("webhook-timestamp", expected: "seconds since 1970")
        }
        let signatures = try Self.header("webhook-signature", headers).split(separator: " ")
        let codes = signatures.filter { $0.hasPrefix("v1,") }
        guard !codes.isEmpty, codes.count <= Self.mostSignatures else {
            throw .malformedHeader("webhook-signature", expected: "v1, and base64, perhaps several with spaces between")
        }
        let decoded = codes.compactMap { Base64.decode($0.dropFirst(3)) }
        try match(decoded, Array("\(id).\(time).".utf8), body)
        try checkTime(seconds, now)
        return WebhookDelivery(id: id, sentAt: seconds)
    }
}

extension WebhookVerifier {
    /// Compares each code with what each secret makes of the content, all of them always.
    private func match(_ codes: [[UInt8]], _ head: [UInt8], _ body: [UInt8] = []) throws(WebhookRejection) {
        var isFound = false
        for secret in secrets {
            let expected = secret.code(of: head, body)
            for code in codes where Self.isEqual(code, expected) { isFound = true }
        }
        guard isFound else { throw .wrongSignature }
    }

    /// In a time that says nothing about where the two differ.
    static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private func checkTime(_ time: Timestamp, _ now: Timestamp) throws(WebhookRejection) {
        let (distance, overflow) = now.microseconds.subtractingReportingOverflow(time.microseconds)
        let isNear = !overflow && distance.magnitude <= UInt64(tolerance.inMicroseconds)
        guard isNear else {
            let isLate = now.microseconds > time.microseconds
            throw isLate ? .tooOld(tolerance: tolerance) : .fromTheFuture(tolerance: tolerance)
        }
    }

    private static func header(_ name: String, _ headers: (String) -> [String]) throws(WebhookRejection) -> String {
        let values = headers(name)
        guard let value = values.first else { throw .missingHeader(name) }
        guard values.count == 1 else { throw .repeatedHeader(name) }
        guard value.utf8.count <= longestHeader else {
            throw .malformedHeader(name, expected: "at most \(longestHeader) bytes")
        }
        return String(trimmed(value[...]))
    }

    private static func identifier(_ name: String, _ headers: (String) -> [String]) throws(WebhookRejection) -> String {
        let id = try header(name, headers)
        guard isIdentifier(id) else {
            throw .malformedHeader(name, expected: "1 to 255 visible ASCII characters")
        }
        return id
    }

    private static func isIdentifier(_ id: String) -> Bool {
        1...255 ~= id.utf8.count && id.utf8.allSatisfy { 0x21...0x7E ~= $0 }
    }

    /// Digits only: no sign, no fraction.
    private static func seconds(_ text: Substring) -> Timestamp? {
        guard 1...12 ~= text.utf8.count, text.utf8.allSatisfy({ $0.digitValue(radix: 10) != nil }),
            let seconds = Int64(text)
        else { return nil }
        return Timestamp(microseconds: seconds * 1_000_000)
    }

    private static func code(hex: Substring) -> [UInt8]? {
        Hex.decode(hex).flatMap { $0.count == 32 ? $0 : nil }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let head = text.drop { $0 == " " || $0 == "\t" }
        guard let last = head.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return head.prefix(0) }
        return head[...last]
    }
}
