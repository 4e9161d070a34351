import NIOCore
import NIOHTTP1
public import Workflow

/// Sends one HTTP request and takes the answer in.
///
/// The idempotency key goes along as `Idempotency-Key`. The output is `{status, headers, body}`; the body is parsed when
/// the answer says it is JSON, a string otherwise. A redirect is not followed: it is an answer like any other.
public struct HTTPRequestActivity: Activity {
    private let egress: EgressClient

    static let defaultResponseLimit = 256 * 1024

    /// - Parameter egress: shared. The caller shuts it down.
    public init(egress: EgressClient) { self.egress = egress }

    public var isBrief: Bool { false }

    public func perform(_ task: ActivityTask, in context: ActivityContext) async throws(ActivityFailure) -> JSONValue {
        let call = try Call(task.arguments.object ?? [:], key: task.idempotencyKey)
        return try call.output(try await exchange(call.request, turn: context.turn))
    }

    /// Sends a request. Answers of every status are answers.
    func exchange(_ request: EgressRequest, turn: Timestamp) async throws(ActivityFailure) -> EgressResponse {
        var request = request
        request.turn = turn
        do {
            return try await egress.call(request)
        } catch {
            throw ActivityFailure(error)
        }
    }
}

extension ActivityFailure {
    /// Why a call to the outside failed an attempt.
    init(_ error: EgressError) {
        let reason: Reason =
            switch error {
            case .refused(.unresolved, _), .circuitOpen, .rateLimited, .unresolvable, .connection, .cancelled, .closed:
                .connection
            case .refused: .invalid
            case .timeout, .connectTimeout: .timeout
            case .tooLarge, .redirects: .result
            }
        self.init(reason, error.description, notBefore: error.until)
    }
}

extension HTTPRequestActivity {
    /// The arguments of one attempt, checked.
    struct Call: Sendable {
        var request: EgressRequest
        var expected: [Int64] = []

        /// - Parameter key: the idempotency key.
        init(_ arguments: JSONObject, key: String) throws(ActivityFailure) {
            guard let url = arguments["url"]?.string else {
                throw ActivityFailure(.invalid, "`url` is \(arguments["url"]?.kindName ?? "missing"), not a text")
            }
            request = EgressRequest(url: url)
            request.responseLimit = HTTPRequestActivity.defaultResponseLimit
            try setMethod(arguments["method"], hasBody: arguments["body"] != nil)
            try setHeaders(arguments["headers"], key: key)
            setBody(arguments["body"])
            try setBounds(arguments)
        }

        private mutating func setMethod(_ value: JSONValue?, hasBody: Bool) throws(ActivityFailure) {
            guard let value else {
                request.method = hasBody ? .POST : .GET
                return
            }
            let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
            guard let method = value.string?.uppercased(), methods.contains(method) else {
                throw ActivityFailure(.invalid, "`method` is \(value), not one of \(methods.joined(separator: ", "))")
            }
            request.method = HTTPMethod(rawValue: method)
        }

        private mutating func setHeaders(_ value: JSONValue?, key: String) throws(ActivityFailure) {
            for (name, content) in value?.object ?? [:] {
                let text = content.string ?? content.description
                guard HeaderName.isValid(name),
                    text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
                else { throw ActivityFailure(.invalid, "the header `\(name)` cannot be sent") }
                request.headers.replaceOrAdd(name: name, value: text)
            }
            request.headers.replaceOrAdd(name: "Idempotency-Key", value: key)
            if !request.headers.contains(name: "User-Agent") {
                request.headers.add(name: "User-Agent", value: "flowmeter")
            }
        }

        private mutating func setBody(_ value: JSONValue?) {
            guard let value else { return }
            let hasType = request.headers.contains(name: "Content-Type")
            if let text = value.string, hasType {
                request.body = ByteBuffer(string: text)
            } else {
                if !hasType { request.headers.add(name: "Content-Type", value: "application/json") }
                request.body = ByteBuffer(bytes: value.encoded)
            }
        }

        private mutating func setBounds(_ arguments: JSONObject) throws(ActivityFailure) {
            request.timeout = try Notification.timeout(arguments["timeout"])
            if let value = arguments["max_response_bytes"] {
                guard let limit = value.integer, (0...Int64(Limits.responseBytes)).contains(limit) else {
                    let most = Limits.responseBytes
                    throw ActivityFailure(.invalid, "`max_response_bytes` is \(value), not a number from 0 to \(most)")
                }
                request.responseLimit = Int(limit)
            }
            if let value = arguments["expected_status"] {
                expected = (value.array ?? [value]).compactMap(\.integer)
                guard !expected.isEmpty else {
                    throw ActivityFailure(.invalid, "`expected_status` is \(value), not a status or a list of them")
                }
            }
        }

        func output(_ response: EgressResponse) throws(ActivityFailure) -> JSONValue {
            let status = Int64(response.status.code)
            let isExpected = expected.isEmpty ? (200..<300).contains(status) : expected.contains(status)
            guard isExpected else {
                throw ActivityFailure(.status(Int(status)), "the answer was \(status) \(response.status.reasonPhrase)")
            }
            var headers: JSONObject = [:]
            for (name, value) in response.headers { headers[name.lowercased()] = .string(value) }
            let isJSON = headers["content-type"]?.string?.lowercased().contains("json") ?? false
            return [
                "status": .integer(status), "headers": .object(headers),
                "body": try Self.value(response.body, isJSON: isJSON),
            ]
        }

        private static func value(_ body: ByteBuffer, isJSON: Bool) throws(ActivityFailure) -> JSONValue {
            guard isJSON, body.readableBytes > 0 else { return .string(String(buffer: body)) }
            do {
                return try JSONValue(parsing: body.readableBytesView)
            } catch {
                throw ActivityFailure(.result, "the answer is no JSON that can be taken in: \(error)")
            }
        }
    }
}
