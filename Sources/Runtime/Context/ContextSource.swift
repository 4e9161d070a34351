import NIOHTTP1
import Workflow

/// From where `context.load` fills an object of the context: one HTTP address, made of the event.
public struct ContextSource: Sendable {
    /// As definitions name it, such as `order.details`.
    public let name: String
    /// How long an answer is used without asking again; zero neither keeps nor shares answers.
    public var ttl = Duration.zero
    /// For how long after that it is still used, while it is asked for anew.
    public var staleWhileRevalidate = Duration.zero
    /// How long a request takes at most, redirects included; nil for the egress client's own time.
    public var timeout: Duration?
    /// The most bytes of an answer.
    public var maxResponseBytes = HTTPRequestActivity.defaultResponseLimit
    /// Whether executions go on without what cannot be loaded.
    public var isOptional = false

    private let url: Template
    private let headers: HTTPHeaders
    /// The host, and its port where it is not the usual one.
    private let authority: String

    /// - Parameters:
    ///   - url: with placeholders for what the event's data hold, which may stand after the host.
    ///   - headers: sent along; they may be secrets.
    public init(name: String, url: String, headers: [String: String] = [:]) throws(ContextSourceError) {
        self.name = name
        do {
            self.url = try Template(parsing: url)
        } catch {
            throw ContextSourceError(message: error.message, remedy: error.remedy)
        }
        guard let authority = EgressTarget.authority(ofTemplate: url) else {
            throw ContextSourceError(
                message: "this does not begin with http:// or https:// and a host",
                remedy: """
                    write a URL such as https://orders.example/orders/{{order.id}}, with placeholders only after the host
                    """)
        }
        self.authority = authority
        var all: HTTPHeaders = ["Accept": "application/json", "User-Agent": "flowmeter"]
        for (name, value) in headers { all.replaceOrAdd(name: name, value: value) }
        self.headers = all
    }

    /// What metrics call it by.
    public var use: IntegrationUse { IntegrationUse(name: authority, operation: HTTPMethod.GET.rawValue) }

    /// The request for what belongs to an event.
    func request(for data: JSONObject) throws(ActivityFailure) -> EgressRequest {
        var request = EgressRequest(url: try address(for: data))
        request.headers = headers
        request.timeout = timeout
        request.responseLimit = maxResponseBytes
        request.followsRedirects = true
        return request
    }

    private func address(for data: JSONObject) throws(ActivityFailure) -> String {
        let address = try url.text(in: Scope(context: data)) { (path, value) throws(ActivityFailure) in
            Self.percentEncoded(try text(of: value, path))
        }
        // Dots are never encoded, and a service would take these for a step up.
        let path = address.prefix { $0 != "?" && $0 != "#" }
        guard !path.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) else {
            throw ActivityFailure(
                .invalid, "the event's data lead out of the address of \(name): a part is `.` or `..`")
        }
        return address
    }

    private func text(of value: JSONValue?, _ path: Path) throws(ActivityFailure) -> String {
        let text: String? =
            switch value {
            case .string(let text): text
            case .integer, .number, .bool: value?.description
            case .null, .array, .object, nil: nil
            }
        if let text, !text.isEmpty { return text }
        let found = value.map { $0 == "" ? "empty" : "\($0.kindName)" } ?? "missing"
        throw ActivityFailure(.invalid, "the address of \(name) needs `\(path)` of the event's data, which is \(found)")
    }

    /// All but the unreserved characters of RFC 3986.
    private static func percentEncoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                bytes += (digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)").utf8
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Why a source cannot be used.
public struct ContextSourceError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, as a clause without a full stop.
    public let message: String
    /// What to do about it, as a clause without a full stop.
    public let remedy: String

    public var description: String { "\(message); \(remedy)" }
}
