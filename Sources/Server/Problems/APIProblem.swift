import HTTPTypes

/// An answer that says what went wrong, as a problem document (RFC 9457).
struct APIProblem: Error, Sendable {
    var status: HTTPResponse.Status
    /// A stable name in snake case, for machines.
    var code: String
    /// The kind of problem, the same each time.
    var title: String
    /// What happened this time.
    var detail: String
    var remedy: String?
    var faults: [Fault] = []
    /// Headers beside the usual ones.
    var headers: [(name: HTTPField.Name, value: String)] = []
    /// What to log, and not to show.
    var cause: String?

    init(
        _ status: HTTPResponse.Status, _ code: String, _ title: String, _ detail: String, remedy: String? = nil,
        faults: [Fault] = []
    ) {
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.remedy = remedy
        self.faults = faults
    }

    func with(_ name: HTTPField.Name, _ value: String) -> APIProblem {
        var problem = self
        problem.headers.append((name, value))
        return problem
    }

    /// The document.
    func encoded(requestID: String) -> [UInt8] {
        var json = JSONOutput()
        json.object { write(into: &$0, requestID: requestID) }
        return json.bytes
    }

    func write(into json: inout JSONOutput, requestID: String) {
        json.field("type", "urn:problem-type:flowmeter:\(code)")
        json.field("title", title)
        json.field("status", status.code)
        json.field("detail", detail)
        json.field("instance", requestID)
        json.field("code", code)
        json.field("remedy", remedy)
        guard !faults.isEmpty else { return }
        json.field("problems") { $0.array(faults) { $0.write($1) } }
    }
}

extension APIProblem {
    /// The server's own fault: the cause goes to the log.
    static func `internal`(_ cause: String) -> APIProblem {
        var problem = APIProblem(
            .internalServerError, "internal_error", "Internal error", "the server met an error of its own",
            remedy: "report it with the request id")
        problem.cause = cause
        return problem
    }

    static var notFound: APIProblem {
        APIProblem(
            .notFound, "not_found", "Not found", "there is nothing at this address",
            remedy: "the document at /api/v1/docs/openapi.yaml lists all addresses")
    }

    static func methodNotAllowed(_ method: String, allowed: String) -> APIProblem {
        APIProblem(
            .methodNotAllowed, "method_not_allowed", "Method not allowed",
            "\(quoted(method)) is not allowed at this address", remedy: "use \(allowed)"
        ).with(.allow, allowed)
    }

    static func malformed(_ detail: String, status: HTTPResponse.Status = .badRequest) -> APIProblem {
        APIProblem(status, "malformed_request", "Malformed request", detail).with(.connection, "close")
    }

    static func tooLarge(limit: Int) -> APIProblem {
        APIProblem(
            .contentTooLarge, "body_too_large", "Body too large", "the body is longer than \(limit) bytes",
            remedy: "send less, or split it"
        ).with(.connection, "close")
    }

    static func unsupportedMediaType(_ found: String?, expected: [String]) -> APIProblem {
        let detail = found.map { "the content type \(quoted($0)) is not read here" } ?? "the body has no content type"
        return APIProblem(
            .unsupportedMediaType, "unsupported_media_type", "Unsupported media type", detail,
            remedy: "send Content-Type: \(expected.joined(separator: " or "))")
    }

    static func unsupportedEncoding(_ encoding: String) -> APIProblem {
        APIProblem(
            .unsupportedMediaType, "unsupported_encoding", "Unsupported encoding",
            "the content encoding \(quoted(encoding)) is not read here", remedy: "send the body as it is"
        ).with(.acceptEncoding, "identity")
    }

    static var unexpectedBody: APIProblem {
        APIProblem(
            .badRequest, "unexpected_body", "Unexpected body", "this request takes no body", remedy: "leave it out")
    }

    static var bodyTimeout: APIProblem {
        APIProblem(
            .requestTimeout, "body_timeout", "Body too slow", "the body did not arrive in time",
            remedy: "send it again"
        ).with(.connection, "close")
    }

    static var answerTimeout: APIProblem {
        APIProblem(
            .serviceUnavailable, "timeout", "No answer in time", "the request took too long and was given up",
            remedy: "send it again; an event with the same id takes effect once"
        ).with(.retryAfter, "1").with(.connection, "close")
    }

    static func badParameter(_ name: String, _ message: String, remedy: String? = nil) -> APIProblem {
        APIProblem(
            .badRequest, "invalid_parameter", "Invalid parameter", "the parameter \(quoted(name)) \(message)",
            remedy: remedy, faults: [Fault(code: "invalid", path: name, message: message, remedy: remedy)])
    }

    /// Two times that are valid by themselves and not together.
    static func badRange(_ message: String, remedy: String) -> APIProblem {
        APIProblem(
            .unprocessableContent, "invalid_range", "Invalid range", "`from` \(message)", remedy: remedy,
            faults: [Fault(code: "invalid", path: "from", message: message, remedy: remedy)])
    }

    static func invalidBody(_ faults: [Fault]) -> APIProblem {
        guard let first = faults.first else {
            return APIProblem(.badRequest, "invalid_body", "Invalid body", "the body is not what it must be")
        }
        let place = first.path.isEmpty ? "" : "\(first.path): "
        let rest = faults.count > 1 ? "; and \(faults.count - 1) more" : ""
        return APIProblem(
            .badRequest, "invalid_body", "Invalid body", "\(place)\(first.message)\(rest)", remedy: first.remedy,
            faults: faults)
    }

    static func unknownWorkflow(_ id: String) -> APIProblem {
        APIProblem(
            .notFound, "unknown_workflow", "Unknown workflow", "there is no workflow \(quoted(id))",
            remedy: "GET /api/v1/workflows lists those there are")
    }

    static func unknownExecution(_ id: String) -> APIProblem {
        APIProblem(
            .notFound, "unknown_execution", "Unknown execution", "there is no execution \(quoted(id))",
            remedy: "GET /api/v1/executions lists those there are")
    }
}

/// What a client wrote, in quotes, cut to 60 characters, control characters made visible.
func quoted(_ text: some StringProtocol) -> String {
    let shown = text.unicodeScalars.prefix(60).map { scalar in
        let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
        return isControl ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }
    return "\"\(shown.joined())\(text.unicodeScalars.count > 60 ? "…" : "")\""
}
