import NIOHTTP1
public import Workflow

/// Where the records of one kind are kept: an HTTP resource that the configuration names.
public struct RecordResource: Sendable {
    /// How a record is changed.
    public enum Update: String, Sendable, CaseIterable {
        /// By what is sent, the rest stays.
        case patch = "PATCH"
        /// It is what is sent.
        case put = "PUT"
    }

    /// Of the collection; each record is below it, under its id.
    public var url: String
    /// Sent with each request; their values may be secrets.
    public var headers: [String: String]
    public var update: Update

    /// - Parameter url: with http or https, without query and fragment.
    public init(url: String, headers: [String: String] = [:], update: Update = .patch) {
        (self.url, self.headers, self.update) = (url, headers, update)
    }

    /// What metrics call it by.
    public var uses: [IntegrationUse] {
        [.POST, HTTPMethod(rawValue: update.rawValue)].compactMap { IntegrationUse(url: url, method: $0) }
    }

    /// The address of one record; nil when the id cannot be part of one.
    func url(of id: String) -> String? {
        guard 1...500 ~= id.utf8.count, id != ".", id != ".." else { return nil }
        let escaped = id.utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: String(UnicodeScalar(byte))
            case _ where "-._~".utf8.contains(byte): String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return (url.hasSuffix("/") ? url : url + "/") + escaped.joined()
    }
}

/// Creates a record in a ``RecordResource``, or changes one, and takes the answer in, as ``HTTPRequestActivity`` does.
public struct RecordActivity: Activity {
    private let resources: [String: RecordResource]
    private let requests: HTTPRequestActivity

    /// - Parameters:
    ///   - resources: by the name of what is kept there.
    ///   - requests: what HTTP requests are made by, and bounded.
    public init(resources: [String: RecordResource], requests: HTTPRequestActivity) {
        (self.resources, self.requests) = (resources, requests)
    }

    public var isBrief: Bool { false }

    public func perform(_ task: ActivityTask, in context: ActivityContext) async throws(ActivityFailure) -> JSONValue {
        let given = task.arguments.object ?? [:]
        let resource = try resource(given["entity"] ?? .null)
        let data = given["data"] ?? [:]
        guard data.object != nil else { throw ActivityFailure(.invalid, "`data` is \(data.kindName), not an object") }
        var request: JSONObject = ["url": .string(resource.url), "method": "POST", "body": data]
        request["headers"] = .object(JSONObject(resource.headers.map { ($0, .string($1)) }))
        if task.kind == .updateRecord {
            request["url"] = .string(try Self.url(of: given["entity_id"] ?? .null, in: resource))
            request["method"] = .string(resource.update.rawValue)
        }
        if let timeout = given["timeout"] { request["timeout"] = timeout }
        let call = try HTTPRequestActivity.Call(request, key: task.idempotencyKey)
        return try call.output(try await requests.exchange(call.request, turn: context.turn))
    }

    private func resource(_ name: JSONValue) throws(ActivityFailure) -> RecordResource {
        if let resource = name.string.flatMap({ resources[$0] }) { return resource }
        throw ActivityFailure(
            .invalid, "the entity \(name) is not configured; add it to the file that the setting records.file names")
    }

    private static func url(of id: JSONValue, in resource: RecordResource) throws(ActivityFailure) -> String {
        let text = id.string ?? id.integer.map(String.init) ?? ""
        if let url = resource.url(of: text) { return url }
        throw ActivityFailure(.invalid, "`entity_id` is \(id), not the id of a record")
    }
}
