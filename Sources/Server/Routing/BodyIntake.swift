import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import Workflow

/// Takes a request's body in, as its route has declared it.
enum BodyIntake {
    static func read(
        _ request: Request, for route: Route, _ parameters: [String]
    ) async throws(APIProblem) -> ByteBuffer {
        let length = try declaredLength(request.headers)
        switch route.body {
        case .refused:
            let isIgnored = [.get, .head, .delete].contains(request.method)
            if !isIgnored, length ?? 1 > 0, hasBody(request.headers) { throw .unexpectedBody }
            return ByteBuffer()
        case .json(let limit, let isRequired):
            if length == 0 || !hasBody(request.headers) {
                if isRequired { try checkType(request.headers, route.body) }
                return ByteBuffer()
            }
            return try await collect(request, limit: limit, length: length, route: route)
        case .signed(let limits):
            let name = parameters.first ?? ""
            guard let limit = limits[name] else { throw .unknownWebhook(name) }
            return try await collect(request, limit: limit, length: length, route: route)
        case .definition(let limit):
            return try await collect(request, limit: limit, length: length, route: route)
        }
    }

    private static func hasBody(_ headers: HTTPFields) -> Bool {
        headers[.contentLength] != nil || headers[.transferEncoding] != nil
    }

    private static func declaredLength(_ headers: HTTPFields) throws(APIProblem) -> Int? {
        guard let text = headers[.contentLength] else { return nil }
        guard let length = Int(text), length >= 0 else { throw .malformed("the content length is no number") }
        return length
    }

    private static func collect(
        _ request: Request, limit: Int, length: Int?, route: Route
    ) async throws(APIProblem) -> ByteBuffer {
        try checkType(request.headers, route.body)
        if let length, length > limit { throw .tooLarge(limit: limit) }
        var body = ByteBuffer()
        do {
            for try await var part in request.body {
                if body.readableBytes + part.readableBytes > limit { throw APIProblem.tooLarge(limit: limit) }
                if body.readableBytes == 0 { body = part } else { body.writeBuffer(&part) }
            }
        } catch {
            throw problem(of: error)
        }
        return body
    }

    private static func problem(of error: any Error) -> APIProblem {
        switch error {
        case let problem as APIProblem: problem
        case is BodyTimeout: .bodyTimeout
        case let error as HTTPParserError: .malformed(ConnectionGuard.detail(of: error))
        default: .malformed("the body is incomplete")
        }
    }

    private static func checkType(_ headers: HTTPFields, _ rule: Route.BodyRule) throws(APIProblem) {
        if let encoding = headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw .unsupportedEncoding(encoding)
        }
        guard let given = headers[.contentType] else { throw .unsupportedMediaType(nil, expected: rule.contentTypes) }
        if given == "application/json" { return }
        let parts = given.lowercased().split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
        guard let type = parts.first, rule.contentTypes.contains(type),
            parts.dropFirst().allSatisfy({ !$0.hasPrefix("charset=") || isUTF8($0.dropFirst(8)) })
        else { throw .unsupportedMediaType(given, expected: rule.contentTypes) }
    }

    private static func isUTF8(_ charset: Substring) -> Bool {
        ["utf-8", "utf8", "\"utf-8\"", "us-ascii"].contains(charset)
    }
}

extension Call {
    /// The body as JSON; nil when there is none.
    func json() throws(APIProblem) -> JSONValue? {
        guard body.readableBytes > 0 else { return nil }
        do {
            return try JSONValue(parsing: body.readableBytesView)
        } catch {
            throw .invalidJSON(error)
        }
    }

    /// The body as JSON; an empty body is a problem.
    func requiredJSON() throws(APIProblem) -> JSONValue {
        if let value = try json() { return value }
        throw APIProblem(
            .badRequest, "missing_body", "Missing body", "the request has no body", remedy: "send a JSON object")
    }
}

extension APIProblem {
    static func invalidJSON(_ error: JSONError) -> APIProblem {
        APIProblem(
            .badRequest, "invalid_json", "Invalid JSON",
            "line \(error.line), column \(error.column): \(error.message)", remedy: error.remedy,
            faults: [Fault(error)])
    }
}
