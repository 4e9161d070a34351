import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing
import Workflow

/// A client of a running server, for tests.
struct APIClient: Sendable {
    let address: String
    let key: String

    /// Says at once that nobody listens, instead of trying again until the time is over.
    private static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        // As long as a request may take: a machine that stalls connects late as well.
        configuration.timeout.connect = .seconds(300)
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    struct Execution: Sendable {
        let id: String
        let eventID: String
        let status: String
        let result: String?
    }

    func request(
        _ method: HTTPMethod, _ path: String, body: String? = nil, type: String = "application/json",
        headers: HTTPHeaders = [:]
    ) async throws -> (status: Int, body: String) {
        var request = HTTPClientRequest(url: address + path)
        request.method = method
        request.headers = headers
        request.headers.add(name: "Authorization", value: "Bearer \(key)")
        if let body {
            request.headers.add(name: "Content-Type", value: type)
            request.body = .bytes(ByteBuffer(string: body))
        }
        let response = try await Self.http.execute(request, timeout: .seconds(300))
        return (Int(response.status.code), String(buffer: try await response.body.collect(upTo: 1 << 26)))
    }

    /// Delivers as GitHub does what was signed beforehand with `a secret for tests`.
    /// - Returns: the status.
    func deliver(_ body: String) async throws -> Int {
        var request = HTTPClientRequest(url: address + "/api/v1/webhooks/github-prod")
        request.method = .POST
        request.headers = [
            "Content-Type": "application/json", "X-GitHub-Delivery": "1", "X-GitHub-Event": "push",
            "X-Hub-Signature-256": "sha256=86683fa8bc90b4e4d3e9a444143d4bbbc671e56caa1580db5f077d373bec99c0",
        ]
        request.body = .bytes(ByteBuffer(string: body))
        let response = try await Self.http.execute(request, timeout: .seconds(300))
        return Int(response.status.code)
    }

    func json(_ path: String) async throws -> JSONObject {
        let (status, body) = try await request(.GET, path)
        guard status == 200 else { throw Failure(description: "GET \(path) gave \(status): \(body)") }
        return try JSONValue(parsing: Array(body.utf8)).object ?? [:]
    }

    func deploy(_ yaml: String) async throws {
        let (status, body) = try await request(.POST, "/api/v1/workflows", body: yaml, type: "application/yaml")
        guard status == 201 || status == 200 else {
            throw Failure(description: "the deployment gave \(status): \(body)")
        }
    }

    /// - Returns: whether the server acknowledged the event.
    func send(event: String, id: String? = nil, data: String, wait: String = "") async -> Bool {
        let id = id.map { #""id":"\#($0)","# } ?? ""
        let body = #"{\#(id)"event":"\#(event)","data":\#(data)}"#
        let answer = try? await request(.POST, "/api/v1/events\(wait)", body: body)
        return answer.map { $0.status == 202 || $0.status == 200 } ?? false
    }

    /// - Returns: whether the server acknowledged all of them.
    func send(batch events: [String]) async -> Bool {
        let body = #"{"events":[\#(events.joined(separator: ","))]}"#
        let answer = try? await request(.POST, "/api/v1/events/batch", body: body)
        return answer.map { $0.status == 202 && !$0.body.contains(#""error":{"#) } ?? false
    }

    /// Asks until the server says that it is ready; not longer than it runs.
    func waitUntilReady(while isRunning: () -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < end {
            if let answer = try? await request(.GET, "/ready"), answer.status == 200 { return }
            guard isRunning() else { throw Failure(description: "the server at \(address) ended before it was ready") }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw Failure(description: "the server at \(address) did not become ready within 10 minutes")
    }

    func waitUntilAllEnded() async throws {
        let end = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < end {
            var open = 0
            for status in ["queued", "running", "waiting", "paused"] {
                open += try await json("/api/v1/executions?limit=1&status=\(status)")["items"]?.array?.count ?? 0
            }
            if open == 0 { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Failure(description: "executions were still open after 10 minutes")
    }

    /// All executions, page by page.
    func allExecutions() async throws -> [Execution] {
        var executions: [Execution] = []
        var cursor: String?
        repeat {
            let page = try await json("/api/v1/executions?limit=200" + (cursor.map { "&cursor=\($0)" } ?? ""))
            for item in page["items"]?.array ?? [] {
                let fields = item.object ?? [:]
                executions.append(
                    Execution(
                        id: fields["id"]?.string ?? "", eventID: fields["event_id"]?.string ?? "",
                        status: fields["status"]?.string ?? "", result: fields["result"]?.string))
            }
            cursor = page["next"]?.string
        } while cursor != nil
        return executions
    }
}
