public import AsyncHTTPClient
public import Instruments
import NIOCore
import NIOHTTP1

/// A group of metrics on a Prometheus Pushgateway, <https://github.com/prometheus/pushgateway>: for jobs that end before
/// anyone could scrape them.
///
/// ```swift
/// let gateway = try Pushgateway("http://localhost:9091", job: "backup", grouping: ["instance": "db1"])
/// try await gateway.push(registry)
/// ```
///
/// What was pushed stays until it is replaced or deleted, whether the job runs again or not: push the time of the last
/// success, and alert on its age. A server that lives on is scraped instead.
///
/// All methods may be called from any task at any time; the gateway takes pushes of one group one after another.
public struct Pushgateway: Sendable {
    /// How a gateway, or a proxy before it, knows who pushes.
    public enum Authorization: Sendable {
        /// RFC 7617; the name has no colon.
        case basic(user: String, password: String)
        /// RFC 6750.
        case bearer(String)
    }

    /// How many bytes a push has at most; nobody scrapes that much from one gateway in time.
    static let largestPush = 64 << 20
    /// How many bytes of a refusal are read, and how long.
    private static let longestRefusal = 1 << 16
    private static let refusalTime = Duration.seconds(1)

    private let address: String
    private let key: GroupingKey
    private let authorization: String?
    private let timeout: Duration
    private let client: HTTPClient

    /// - Parameters:
    ///   - address: `http://HOST:PORT` or `https://…`, with the route prefix if the gateway has one.
    ///   - job: the value of the label `job`; not empty.
    ///   - grouping: further labels of the group, such as `instance`. Any value may be, the empty one too. Groups with
    ///     the same labels in another order are one group.
    ///   - timeout: for a push until the answer begins; for what a refusal says, there is a second more.
    ///     A client that tries to connect again, as the shared one does, tries until then.
    ///   - client: is left running.
    /// - Throws: `invalidAddress`, `invalidGrouping` or `invalidAuthorization`. Nothing is sent yet.
    public init(
        _ address: String, job: String, grouping: KeyValuePairs<String, String> = [:],
        authorization: Authorization? = nil, timeout: Duration = .seconds(10), client: HTTPClient = .shared
    ) throws(PushError) {
        self.address = try Self.checked(address)
        key = try GroupingKey(job: job, labels: grouping.map { ($0.key, $0.value) })
        self.authorization = try authorization.map { value throws(PushError) in try value.header }
        self.timeout = timeout
        self.client = client
    }

    /// Replaces the whole group by the registry's families: `PUT`.
    ///
    /// The gateway adds `push_time_seconds`, and `instance=""` where the key has no `instance`. An error other than
    /// `timeout`, `cancelled`, `unreachable` and `unexpectedAnswer` means that the gateway has what it had.
    public func push(_ registry: Registry) async throws(PushError) {
        try await send(.PUT, registry)
    }

    /// Replaces those families of the group that the registry has, and leaves the others: `POST`.
    public func add(_ registry: Registry) async throws(PushError) {
        try await send(.POST, registry)
    }

    /// Takes the group off the gateway, soon after it has answered and before any later push; no error if there is none.
    public func delete() async throws(PushError) {
        try await perform(request(.DELETE))
    }

    private func send(_ method: HTTPMethod, _ registry: Registry) async throws(PushError) {
        try key.check(registry.snapshot())
        let format = ExpositionFormat.text004
        var body = ByteBuffer()
        var size = 0
        registry.expose(format) { chunk in
            size += chunk.count
            if size <= Self.largestPush { body.writeBytes(chunk) }
        }
        guard size <= Self.largestPush else { throw .tooLarge(size, limit: Self.largestPush) }
        var request = request(method)
        request.headers.add(name: "Content-Type", value: format.contentType)
        request.body = .bytes(body)
        try await perform(request)
    }

    private func request(_ method: HTTPMethod) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: address + key.path)
        request.method = method
        request.headers.add(name: "User-Agent", value: "instruments")
        if let authorization { request.headers.add(name: "Authorization", value: authorization) }
        return request
    }

    private func perform(_ request: HTTPClientRequest) async throws(PushError) {
        let failure = PushFailure(address: address, timeout: timeout)
        let response: HTTPClientResponse
        let text: String
        do {
            response = try await client.execute(request, timeout: TimeAmount(timeout))
            let isDone = (200..<300).contains(response.status.code)
            text = isDone ? "" : await Self.refusal(response.body)
        } catch {
            throw failure.error(error)
        }
        // A client may follow redirections, and turn the push into a GET on the way.
        if let first = response.history.first, response.history.count > 1 {
            throw failure.redirection(first.responseHead.status, to: response.history.last?.request.url)
        }
        try failure.check(response.status, location: response.headers.first(name: "Location"), text: text)
    }

    /// What came of the body in time: the client's own deadline is for the head.
    private static func refusal(_ body: HTTPClientResponse.Body) async -> String {
        await withTaskGroup(of: String?.self) { group in
            group.addTask { await start(of: body) }
            group.addTask {
                try? await Task.sleep(for: refusalTime)
                return nil
            }
            for await text in group {
                group.cancelAll()
                if let text { return text }
            }
            return ""
        }
    }

    /// What came before it was enough, the connection broke or the task was cancelled.
    private static func start(of body: HTTPClientResponse.Body) async -> String {
        var start = ByteBuffer()
        do {
            for try await part in body {
                start.writeImmutableBuffer(part)
                if start.readableBytes >= longestRefusal { break }
            }
        } catch {}
        return String(buffer: start)
    }

    /// The address without `/` at its end.
    private static func checked(_ address: String) throws(PushError) -> String {
        var text = address[...]
        while text.last == "/" { text.removeLast() }
        let scheme = ["http://", "https://"].first { text.lowercased().hasPrefix($0) }
        let rest = text.dropFirst(scheme?.count ?? 0)
        let isPrintable = rest.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard scheme != nil, isPrintable, let host = rest.split(separator: "/", omittingEmptySubsequences: false).first,
            !host.isEmpty
        else {
            throw PushError(
                .invalidAddress, "\"\(address)\" is no address of a gateway", remedy: "Write it as http://HOST:PORT")
        }
        guard !rest.contains("?"), !rest.contains("#"), !host.contains("@") else {
            throw PushError(
                .invalidAddress, "the address of the gateway has a query, a fragment or credentials",
                remedy: "Leave them out; credentials go into `authorization`")
        }
        return String(text)
    }
}

extension Pushgateway.Authorization {
    /// The value of the header.
    fileprivate var header: String {
        get throws(PushError) {
            switch self {
            case .basic(let user, _) where user.contains(":"):
                throw PushError(
                    .invalidAuthorization, "the user has a colon", remedy: "Basic credentials have none there")
            case .basic(let user, let password): return "Basic " + Base64.standard("\(user):\(password)")
            case .bearer(let token):
                guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                    throw PushError(
                        .invalidAuthorization, "the bearer token is empty, or has more than printable ASCII in it",
                        remedy: "Look for a line end where the token was read")
                }
                return "Bearer \(token)"
            }
        }
    }
}
