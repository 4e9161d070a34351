public import Instruments
import NIOHTTP1
import Workflow

/// What a definition or the configuration calls by a name that is not made at run time.
public struct IntegrationUse: Sendable, Hashable {
    /// The host, with its port where it is not the usual one, or the name of what is configured.
    public let name: String
    /// The HTTP method; `other` where it is made at run time.
    public let operation: String

    public init(name: String, operation: String = Label.overflowValue) {
        (self.name, self.operation) = (name, operation)
    }

    /// What no definition and no configuration names.
    static let unnamed = IntegrationUse(name: Label.overflowValue)

    /// Of a configured address; nil when it is none.
    init?(url: String, method: HTTPMethod) {
        guard let name = EgressTarget.authority(ofTemplate: url) else { return nil }
        self.init(name: name, operation: method.rawValue)
    }

    /// - Parameter arguments: of an `http_request`, with their templates.
    /// - Returns: nil when its host is made at run time.
    init?(_ arguments: JSONObject) {
        guard let url = arguments["url"]?.string, let name = EgressTarget.authority(ofTemplate: url) else { return nil }
        self.name = name
        guard let method = arguments["method"]?.string else {
            operation = arguments["body"] == nil ? "GET" : "POST"
            return
        }
        operation = method.contains("{{") ? Label.overflowValue : method.uppercased()
    }
}

extension EgressTarget {
    /// The host that a URL with placeholders is sent to, and its port where that is not the usual one; nil when one of
    /// the two is made at run time.
    public static func authority(ofTemplate url: String) -> String? {
        let fixed = url.utf8.indices.first { url.utf8[$0...].starts(with: "{{".utf8) }.map { url[..<$0] } ?? url[...]
        guard let slashes = fixed.firstRange(of: "//") else { return nil }
        let end = fixed[slashes.upperBound...].utf8.firstIndex { "/?#".utf8.contains($0) }
        guard end != nil || fixed.endIndex == url.endIndex else { return nil }
        return (try? EgressTarget(parsing: fixed[..<(end ?? fixed.endIndex)]))?.authority
    }
}
