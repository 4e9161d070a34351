import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Workflow

/// Speaks with a server's API.
struct APIClient {
    let http: HTTPClient
    let base: String
    private let key: String?

    /// How long a request may take when the server does not wait for anything.
    static let patience = Duration.seconds(30)
    private static let largestAnswer = 64 << 20

    static func with<Result>(
        base: String, key: String?, _ body: (APIClient) async throws -> Result
    ) async throws -> Result {
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(5)
        configuration.redirectConfiguration = .disallow
        configuration.connectionPool.retryConnectionEstablishment = false
        return try await HTTPClient.withHTTPClient(configuration: configuration) { http in
            try await body(APIClient(http: http, base: base, key: key))
        }
    }

    /// What the server answered when it did what it was asked for.
    struct Answer {
        let bytes: [UInt8]
        let json: JSONValue

        func write() { Console.line(String(decoding: bytes, as: UTF8.self), to: .output) }
    }

    enum Method: String {
        case get = "GET"
        case post = "POST"
        case delete = "DELETE"
    }

    struct Body {
        var bytes: [UInt8]
        var contentType: String

        static func json(_ value: JSONValue) -> Body { Body(bytes: value.encoded, contentType: "application/json") }
    }

    /// Sends a request and reads the answer.
    ///
    /// - Parameters:
    ///   - path: segments after `/api/v1`; each is escaped.
    ///   - idempotencyKey: what the same request is known by, so that it takes effect once.
    ///   - wait: how long the server itself may wait before it answers, on top of the usual patience.
    /// - Throws: ``Refusal`` when the server says no, ``CommandError`` when it cannot be reached or understood.
    func send(
        _ method: Method, _ path: [String], query: [(String, String?)] = [], body: Body? = nil,
        idempotencyKey: String? = nil, wait: Duration = .zero
    ) async throws -> Answer {
        var request = request(path, query)
        request.method = HTTPMethod(rawValue: method.rawValue)
        if let idempotencyKey { request.headers.add(name: "Idempotency-Key", value: idempotencyKey) }
        if let body {
            request.headers.add(name: "Content-Type", value: body.contentType)
            request.body = .bytes(ByteBuffer(bytes: body.bytes))
        }
        let (status, bytes) = try await execute(request, patience: Self.patience + wait)
        return try read(status, bytes)
    }

    func request(_ path: [String], _ query: [(String, String?)] = []) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url(path, query))
        request.headers.add(name: "Accept", value: "application/json, application/problem+json, text/event-stream")
        request.headers.add(name: "User-Agent", value: "flowmeter/\(Version.number)")
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        return request
    }

    private func execute(_ request: HTTPClientRequest, patience: Duration) async throws -> (UInt, [UInt8]) {
        do {
            let response = try await http.execute(request, timeout: TimeAmount(patience))
            let body = try await response.body.collect(upTo: Self.largestAnswer)
            return (response.status.code, Array(body.readableBytesView))
        } catch {
            throw ConnectionFailure(error, server: base, patience: patience).commandError
        }
    }

    func read(_ status: UInt, _ bytes: [UInt8]) throws -> Answer {
        let json = bytes.isEmpty ? .null : try? JSONValue(parsing: bytes, limits: .trusted)
        guard (200..<300).contains(status) else { throw Refusal(status: status, problem: json?.object) }
        guard let json else {
            throw CommandError(
                .refused, "\(base) answered \(status) with something that is not JSON",
                remedy: "is it a Flowmeter server? name another with --server")
        }
        return Answer(bytes: bytes, json: json)
    }

    private func url(_ path: [String], _ query: [(String, String?)]) -> String {
        let path = (["api", "v1"] + path.map(Self.escape)).joined(separator: "/")
        let pairs = query.compactMap { name, value in value.map { "\(name)=\(Self.escape($0))" } }
        return "\(base)/\(path)" + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }

    /// Percent-encodes everything but the unreserved characters of RFC 3986.
    static func escape(_ text: String) -> String {
        text.utf8.reduce(into: "") { escaped, byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                escaped += String(format: "%%%02X", Int(byte))
            }
        }
    }
}
