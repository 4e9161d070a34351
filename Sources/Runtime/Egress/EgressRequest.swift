import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Workflow

/// A call to the outside.
struct EgressRequest: Sendable {
    var url: String
    var method = HTTPMethod.GET
    /// Those that belong to a connection, and `Host`, are left out: the client sets them itself.
    var headers = HTTPHeaders()
    var body: ByteBuffer?
    /// How long it takes at most; nil for the client's own time.
    var timeout: Duration?
    /// The most bytes of the answer's body; the client's own bound holds as well.
    var responseLimit = Int.max
    /// What is called, for metrics, the circuit breaker and the rate limit; nil for the host.
    var integration: String?
    /// Whether a redirect is followed, or is an answer like any other.
    var followsRedirects = false
    /// When it is its turn, if there is no room for all.
    var turn = Timestamp(microseconds: 0)

    init(url: String) { self.url = url }
}

/// What a call to the outside was answered.
struct EgressResponse: Sendable {
    let status: HTTPResponseStatus
    let headers: HTTPHeaders
    let body: ByteBuffer
}

/// One request of a call: the first, or one that a redirect leads to.
struct EgressHop: Sendable {
    let target: EgressTarget
    private(set) var method: HTTPMethod
    private(set) var headers: HTTPHeaders
    private(set) var body: ByteBuffer?

    /// What tells nothing about who calls. Everything else may be a secret, whatever it is called, and stays with the
    /// origin that it was meant for.
    private static let harmlessHeaders = [
        "accept", "accept-charset", "accept-encoding", "accept-language", "cache-control", "content-encoding",
        "content-language", "content-type", "user-agent",
    ]
    private static let bodyHeaders = [
        "Content-Encoding", "Content-Language", "Content-Location", "Content-Type", "Digest", "Last-Modified",
    ]

    init(_ request: EgressRequest, to target: EgressTarget) {
        self.target = target
        (method, headers, body) = (request.method, request.headers, request.body)
        for name in HeaderName.ofConnection { headers.remove(name: name) }
    }

    private init(_ other: EgressHop, to target: EgressTarget) {
        self.target = target
        (method, headers, body) = (other.method, other.headers, other.body)
    }

    /// As the HTTP client takes it.
    var request: HTTPClientRequest {
        var request = HTTPClientRequest(url: target.url)
        (request.method, request.headers) = (method, headers)
        request.body = body.map { .bytes($0) }
        return request
    }

    /// The request that an answer leads to; nil when it leads nowhere.
    ///
    /// After RFC 9110, 15.4: 303 is followed by a GET (by a HEAD after a HEAD), 301 and 302 turn a POST into a GET, and
    /// 307 and 308 change nothing. Another origin gets no header that may be a secret.
    func next(_ status: HTTPResponseStatus, _ location: String?) throws(EgressTargetError) -> EgressHop? {
        guard [301, 302, 303, 307, 308].contains(status.code), let location else { return nil }
        var next = EgressHop(self, to: try target.redirected(to: location))
        if status.code == 303 && method != .HEAD || status.code <= 302 && method == .POST { next.dropBody() }
        if !next.target.isSameOrigin(as: target) { next.dropSecrets() }
        return next
    }

    private mutating func dropBody() {
        (method, body) = (.GET, nil)
        for name in Self.bodyHeaders { headers.remove(name: name) }
    }

    private mutating func dropSecrets() {
        headers = HTTPHeaders(headers.filter { Self.harmlessHeaders.contains($0.name.lowercased()) })
    }
}
