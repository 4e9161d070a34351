import HTTPTypes
import Hummingbird
import NIOCore

/// One operation of the API: everything about it that is not its work is declared here, and enforced in one place.
struct Route: Sendable {
    /// Its `operationId` in the OpenAPI document.
    let operation: String
    let method: HTTPRequest.Method
    /// The path; `{name}` stands for one segment. Metrics and logs name the route by it.
    let template: String
    let access: Access
    var query: QueryRule = .only([])
    var body: BodyRule = .refused
    /// The statuses of its own; ``statuses`` adds those that follow from the other declarations.
    let answers: [Int]
    /// Whether its answer goes on until the client or the server ends it.
    var isStream = false
    let handler: Handler

    typealias Handler = @Sendable (Call) async throws(APIProblem) -> Reply

    /// Who may call.
    enum Access: Sendable, Hashable {
        /// Everybody.
        case open
        /// Whoever has a key, whatever it may do.
        case anyKey
        case permission(Permission)
        /// The handler checks a token of its own.
        case token
        /// The handler checks the signature of the body.
        case signature
    }

    /// Which query parameters there are.
    enum QueryRule: Sendable, Hashable {
        /// These, each at most once, save those that end in `*`, which may be repeated.
        case only([String])
        /// These, each as often as one likes; all others are left alone.
        case lenient([String])
    }

    /// What body is read.
    enum BodyRule: Sendable, Hashable {
        /// A body is an error. The body of a GET, HEAD or DELETE is ignored.
        case refused
        case json(limit: Int, isRequired: Bool)
        /// JSON, or a form with JSON in it, as it came; its longest by the value of the path's first parameter, which has no
        /// others.
        case signed(limits: [String: Int])
        /// A definition, in any of the types that definitions come in.
        case definition(limit: Int)

        static let definitionTypes = [
            "application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", "application/json", "text/plain",
        ]

        static let formType = "application/x-www-form-urlencoded"

        var contentTypes: [String] {
            switch self {
            case .refused: []
            case .json: ["application/json"]
            case .signed: ["application/json", Self.formType]
            case .definition: Self.definitionTypes
            }
        }
    }

    /// Every status that the operation can answer with.
    var statuses: [Int] {
        var statuses = Set(answers + [500])
        if case .only = query { statuses.insert(400) }
        switch access {
        case .open: break
        case .token, .signature, .anyKey: statuses.insert(401)
        case .permission: statuses.formUnion([401, 403])
        }
        switch body {
        case .refused: break
        case .json, .signed, .definition: statuses.formUnion([400, 408, 413, 415])
        }
        return statuses.sorted()
    }
}

/// A request that has passed all checks, as a handler gets it.
struct Call: Sendable {
    let requestID: String
    let head: HTTPRequest
    /// The path's values, decoded, in the order of the template.
    let parameters: [String]
    let query: Query
    /// Empty when the route reads no body or none came.
    let body: ByteBuffer
    /// Nil on open routes.
    let caller: KeyStore.Caller?
}

/// What a handler answers.
struct Reply: Sendable {
    var status: HTTPResponse.Status
    var contentType: String?
    var body: ByteBuffer
    var headers: [(name: HTTPField.Name, value: String)] = []
    /// Writes the body bit by bit, instead of ``body``.
    private(set) var stream: Stream?

    typealias Stream = @concurrent @Sendable (inout any ResponseBodyWriter) async throws -> Void

    init(_ status: HTTPResponse.Status, contentType: String?, bytes: [UInt8]) {
        self.status = status
        self.contentType = contentType
        body = bytes.isEmpty ? ByteBuffer() : ByteBuffer(bytes: bytes)
    }

    static func json(_ status: HTTPResponse.Status = .ok, _ write: (inout JSONOutput) -> Void) -> Reply {
        var json = JSONOutput()
        write(&json)
        return Reply(status, contentType: "application/json", bytes: json.bytes)
    }

    static func problem(_ problem: APIProblem, requestID: String) -> Reply {
        var reply = Reply(
            problem.status, contentType: "application/problem+json", bytes: problem.encoded(requestID: requestID))
        reply.headers = problem.headers
        return reply
    }

    static let eventsType = "text/event-stream"

    /// Server-sent events.
    static func events(_ stream: @escaping Stream) -> Reply {
        var reply = Reply(.ok, contentType: eventsType, bytes: [])
        reply.headers = [(.cacheControl, "no-store")]
        reply.stream = stream
        return reply
    }

    static let noContent = Reply(.noContent, contentType: nil, bytes: [])
}
