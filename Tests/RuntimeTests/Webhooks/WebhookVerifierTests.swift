import TestSupport
import Testing
import Workflow

@testable import Runtime

/// The vectors that the conventions publish.
private enum Published {
    /// docs.github.com, "Validating webhook deliveries", testing the verification.
    static let github = Delivery(
        convention: .github, secret: "It's a Secret to Everybody", body: "Hello, World!", seconds: 0,
        headers: [
            "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
            "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        ])

    /// The vector in the tests of Stripe's library for .NET; the body is data, and every byte of it counts.
    static let stripe = Delivery(
        convention: .stripe, secret: "webhook_secret", body: stripeBody, seconds: 1_533_204_620,
        headers: [
            "stripe-signature": "t=1533204620,v1=2220f87ef101a04665f11cdf770523143f875572008577fa0f20882ddb9cc3c7,"
                + "v0=63f3a72374a733066c4be69ed7f8e5ac85c22c9f0a6a612ab9a025a9e4ee7eef"
        ])

    /// The vector in the tests of the reference libraries of Standard Webhooks.
    static let standard = Delivery(
        convention: .standard, secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", body: #"{"test": 2432232314}"#,
        seconds: 1_614_265_330,
        headers: [
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ])

    private static let stripeBody = """
        {
          "id": "evt_123",
          "object": "event",
          "account": "acct_123",
          "api_version": "2017-05-25",
          "created": 1533204620,
          "data": {
            "object": {
              "id": "cus_123",
              "object": "customer",
              "created": 123456789,
              "email": "test@stripe.com",
              "livemode": false,
              "metadata": {}
            }
          },
          "livemode": false,
          "pending_webhooks": 1,
          "request": {
            "id": "req_123",
            "idempotency_key": "idempotency-key-123"
          },
          "type": "customer.created"
        }

        """

    static let all = [github, stripe, standard]
}

private struct Delivery: Sendable, CustomTestStringConvertible {
    var convention: WebhookConvention
    var secret: String
    var body: String
    var seconds: Int64
    var headers: [String: String]

    var testDescription: String { convention.rawValue }
    var signatureName: String {
        switch convention {
        case .github: "x-hub-signature-256"
        case .stripe: "stripe-signature"
        case .standard: "webhook-signature"
        }
    }

    func verified(
        secrets: [String]? = nil, after seconds: Double = 0, tolerance: Duration = WebhookVerifier.defaultTolerance
    ) throws -> WebhookDelivery {
        let verifier = try WebhookVerifier(convention, secrets: secrets ?? [secret], tolerance: tolerance)
        let now = Timestamp(microseconds: self.seconds * 1_000_000 + Int64(seconds * 1_000_000))
        return try verifier.verify(Array(body.utf8), headers: { headers[$0].map { [$0] } ?? [] }, now: now)
    }

    func with(_ name: String, _ value: String?) -> Delivery {
        var copy = self
        copy.headers[name] = value
        return copy
    }
}

@Suite struct WebhookVerifierTests {
    private static let other = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

    @Test func publishedVectorsAreAccepted() throws {
        #expect(try Published.github.verified().id == "72d3162e-cc78-11e3-81ab-4c9367dc0958")
        #expect(try Published.github.verified().sentAt == nil)
        #expect(try Published.stripe.verified().id == "evt_123")
        #expect(try Published.stripe.verified().sentAt == Timestamp(microseconds: 1_533_204_620_000_000))
        #expect(try Published.standard.verified().id == "msg_p5jXN8AQM9LWM0D4loKWxJek")
    }

    @Test func aBrandlessSecretIsTaken() throws {
        _ = try Published.standard.verified(secrets: ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
    }

    @Test(arguments: Published.all) private func everyChangedByteIsNoticed(delivery: Delivery) throws {
        var random = SeededGenerator(seed: 9)
        let verifier = try WebhookVerifier(delivery.convention, secrets: [delivery.secret])
        let now = Timestamp(microseconds: delivery.seconds * 1_000_000)
        let bytes = Array(delivery.body.utf8)
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= UInt8.random(in: 1...255, using: &random)
            #expect(throws: WebhookRejection.wrongSignature) {
                try verifier.verify(changed, headers: { delivery.headers[$0].map { [$0] } ?? [] }, now: now)
            }
        }
        for other in [bytes + [10], Array(bytes.dropLast()), [], [0] + bytes] {
            #expect(throws: WebhookRejection.wrongSignature) {
                try verifier.verify(other, headers: { delivery.headers[$0].map { [$0] } ?? [] }, now: now)
            }
        }
    }

    @Test(arguments: Published.all) private func secretsAreRotated(delivery: Delivery) throws {
        _ = try delivery.verified(secrets: [Self.other, delivery.secret])
        _ = try delivery.verified(secrets: [delivery.secret, Self.other])
        #expect(throws: WebhookRejection.wrongSignature) { try delivery.verified(secrets: [Self.other]) }
    }

    @Test func aSenderThatSignsTwiceIsUnderstood() throws {
        let wrong = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="
        let right = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        let standard = Published.standard
        _ = try standard.with("webhook-signature", "\(wrong) v1a,AAAA v2,x \(right) \(wrong)").verified()
        #expect(throws: WebhookRejection.wrongSignature) {
            try standard.with("webhook-signature", "\(wrong) v2,\(right.dropFirst(3)) v1,!").verified()
        }
        let hex = "2220f87ef101a04665f11cdf770523143f875572008577fa0f20882ddb9cc3c7"
        let zeros = String(repeating: "0", count: 64)
        _ = try Published.stripe.with("stripe-signature", "t=1533204620, v1=\(zeros), v1=\(hex.uppercased())")
            .verified()
        #expect(throws: WebhookRejection.wrongSignature) {
            try Published.stripe.with("stripe-signature", "t=1533204620,v1=\(zeros),v0=\(hex)").verified()
        }
    }

    @Test(arguments: [Published.stripe, Published.standard])
    private func theClockMayBeOffByTheTolerance(delivery: Delivery) throws {
        for offset in [0, 299.9, 300, -300] { _ = try delivery.verified(after: offset) }
        for offset in [300.000_001, 301, 1e9] {
            #expect(throws: WebhookRejection.tooOld(tolerance: .seconds(300))) { try delivery.verified(after: offset) }
        }
        for offset in [-300.000_001, -1e9] {
            #expect(throws: WebhookRejection.fromTheFuture(tolerance: .seconds(300))) {
                try delivery.verified(after: offset)
            }
        }
        #expect(throws: WebhookRejection.tooOld(tolerance: .zero)) { try delivery.verified(after: 1, tolerance: .zero) }
    }

    @Test func aReplayCannotTakeANewTime() {
        let later = Published.standard.with("webhook-timestamp", "1614265331")
        #expect(throws: WebhookRejection.wrongSignature) { try later.verified() }
        let header = Published.stripe.headers["stripe-signature"]?.replacing("t=1533204620", with: "t=1533204621")
        #expect(throws: WebhookRejection.wrongSignature) {
            try Published.stripe.with("stripe-signature", header).verified()
        }
        #expect(throws: WebhookRejection.wrongSignature) {
            try Published.standard.with("webhook-id", "msg_2").verified()
        }
    }

    /// `a.1` signed at 2 over `x` is the same text as `a` signed at 1 over `2.x`.
    @Test func anIDWithADotIsRefused() {
        #expect(throws: WebhookRejection.self) { try Published.standard.with("webhook-id", "msg.1").verified() }
    }

    @Test(arguments: Published.all) private func aMissingHeaderIsNamed(delivery: Delivery) {
        for name in delivery.headers.keys {
            #expect(throws: WebhookRejection.missingHeader(name)) { try delivery.with(name, nil).verified() }
        }
    }

    @Test(arguments: Published.all) private func aRepeatedHeaderIsRefused(delivery: Delivery) throws {
        let verifier = try WebhookVerifier(delivery.convention, secrets: [delivery.secret])
        #expect(throws: WebhookRejection.repeatedHeader(delivery.signatureName)) {
            try verifier.verify(
                Array(delivery.body.utf8),
                headers: { name in
                    Array(repeating: delivery.headers[name] ?? "", count: name == delivery.signatureName ? 2 : 1)
                }, now: Timestamp(microseconds: delivery.seconds * 1_000_000))
        }
    }

    @Test(arguments: [
        "", "sha256=", "sha1=757107ea", "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e1",
        "sha256=" + String(repeating: "g", count: 64),
        "sha256=" + String(repeating: "0", count: 66), "sha256=" + String(repeating: "０", count: 64),
        String(repeating: "a", count: 5000),
    ])
    func aMalformedHeaderOfGitHubIsRefused(value: String) {
        let found = #expect(throws: WebhookRejection.self) {
            try Published.github.with("x-hub-signature-256", value).verified()
        }
        guard case .malformedHeader = found else { return #expect(Bool(false), "\(String(describing: found))") }
    }

    @Test(arguments: [
        "", "t=1533204620", "v1=00", "t=,v1=00", "t=x,v1=00", "t=-1,v1=00", "t=+1,v1=00", "t=1.5,v1=00",
        "t=1,t=1,v1=00",
        "t=9999999999999999999999,v1=00", "t=١,v1=00", "t 1,v1=00", "t=1,V1=00", "t=1;v1=00", ",,,",
        "t=1," + String(repeating: "v1=0,", count: 17),
    ])
    func aMalformedHeaderOfStripeIsRefused(value: String) {
        let found = #expect(throws: WebhookRejection.self) {
            try Published.stripe.with("stripe-signature", value).verified()
        }
        guard case .malformedHeader = found else { return #expect(Bool(false), "\(String(describing: found))") }
    }

    @Test(arguments: [
        ("webhook-timestamp", ""), ("webhook-timestamp", "hello"), ("webhook-timestamp", "-1"),
        ("webhook-timestamp", "1e9"),
        ("webhook-timestamp", "99999999999999999999"), ("webhook-timestamp", "2021-02-25T15:02:10Z"),
        ("webhook-id", ""),
        ("webhook-id", "a b"), ("webhook-id", "ä"), ("webhook-id", String(repeating: "a", count: 256)),
        ("webhook-signature", ""), ("webhook-signature", "v1"), ("webhook-signature", "v1a,AAAA"),
        ("webhook-signature", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ("webhook-signature", String(repeating: "v1,AAAA ", count: 17)),
    ])
    func aMalformedHeaderOfStandardWebhooksIsRefused(name: String, value: String) {
        let found = #expect(throws: WebhookRejection.self) { try Published.standard.with(name, value).verified() }
        guard case .malformedHeader(name, _) = found else {
            return #expect(Bool(false), "\(String(describing: found))")
        }
    }

    @Test func anEventOfStripeNeedsAnID() throws {
        for body in ["{}", "x", #"{"id": 1}"#, #"{"id": ""}"#, #"["id"]"#] {
            let secret = try WebhookSecret("s", for: .stripe)
            let code = secret.code(of: Array("1.\(body)".utf8)).hex
            let delivery = Delivery(
                convention: .stripe, secret: "s", body: body, seconds: 1,
                headers: ["stripe-signature": "t=1,v1=\(code)"])
            #expect(throws: WebhookRejection.noEventID) { try delivery.verified() }
        }
    }
}

@Suite struct WebhookSecretTests {
    @Test(arguments: WebhookConvention.allCases) func withoutASecretThereIsNoVerifier(convention: WebhookConvention) {
        #expect(throws: WebhookSetupError.noSecret) { try WebhookVerifier(convention, secrets: []) }
        #expect(throws: WebhookSetupError.noSecret) { try WebhookSigner(secrets: []) }
        let good = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        #expect(throws: WebhookSetupError.secret(position: 2, .empty)) {
            try WebhookVerifier(convention, secrets: [good, ""])
        }
        for text in [good + "\n", " " + good, good + " ", "a\tb", " "] {
            #expect(throws: WebhookSetupError.secret(position: 1, .blank)) {
                try WebhookVerifier(convention, secrets: [text])
            }
        }
        #expect(throws: WebhookSetupError.tolerance) {
            try WebhookVerifier(convention, secrets: [good], tolerance: .seconds(-1))
        }
    }

    @Test(arguments: [
        ("whsec_", WebhookSecretError.short(0)), ("whsec_AAAA", .short(3)), ("whsec_?", .notBase64),
        ("whsk_AAAA", .asymmetric), ("whpk_AAAA", .asymmetric), ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", .notBase64),
    ])
    func aSecretOfStandardWebhooksIsRandomBytes(text: String, error: WebhookSecretError) {
        #expect(throws: WebhookSetupError.secret(position: 1, error)) { try WebhookSigner(secrets: [text]) }
    }

    @Test func nothingShowsASecret() throws {
        let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let verifier = try WebhookVerifier(.standard, secrets: [text])
        var shown = "\(verifier)"
        dump(verifier, to: &shown)
        dump(try WebhookSecret(text, for: .github), to: &shown)
        let error = #expect(throws: WebhookSetupError.self) { try WebhookVerifier(.standard, secrets: [text + "="]) }
        shown += error?.description ?? ""
        shown += "\(error as Any)"
        #expect(!shown.contains("MfKQ"))
        #expect(shown.contains("•••"))
    }
}

@Suite struct WebhookSignerTests {
    @Test func thePublishedVectorIsSigned() throws {
        let signer = try WebhookSigner(secrets: [Published.standard.secret])
        let headers = signer.headers(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", body: Array(Published.standard.body.utf8),
            at: Timestamp(microseconds: 1_614_265_330_999_999))
        for (name, value) in headers { #expect(Published.standard.headers[name] == value) }
        #expect(headers.count == 3)
    }

    @Test func whatIsSignedIsVerifiedWithEitherSecret() throws {
        var random = SeededGenerator(seed: 1)
        let secrets = (0..<2).map { _ in
            "whsec_" + Base64.encode((0..<32).map { _ in UInt8.random(in: 0...255, using: &random) })
        }
        let now = Timestamp(microseconds: 1_700_000_000_000_000)
        for length in 0..<100 {
            let body = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            let signed = try WebhookSigner(secrets: secrets).headers(id: "execution.1\n\(length)", body: body, at: now)
            for secret in secrets {
                let delivery = try WebhookVerifier(.standard, secrets: [secret]).verify(
                    body, headers: { name in signed.filter { $0.name == name }.map(\.value) }, now: now)
                #expect(delivery.id == "execution_1_\(length)")
            }
        }
    }

    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func base64IsThatOfTheStandard(plain: String, encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
    }

    @Test(arguments: ["A", "AA", "AAA", "====", "A===", "Zh==", "Zm9=", "Zg==Zg==", "Zm9v\n", "Zm-_", "Zg=A", "=AAA"])
    func base64IsStrict(text: String) { #expect(Base64.decode(text) == nil) }
}
