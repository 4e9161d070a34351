import HTTPTypes
import Instruments

/// All routes, found by path and method.
struct RouteTable: Sendable {
    let routes: [Route]
    private var literals: [String: Endpoint] = [:]
    private var patterns: [Endpoint] = []

    /// The routes that share a template.
    final class Endpoint: Sendable {
        let template: String
        /// The template, for the metrics.
        let name: RouteTemplate
        let segments: [Substring]
        let routes: [Route]
        /// The value of `Allow`.
        let allowed: String

        init(template: String, routes: [Route]) {
            self.template = template
            name = RouteTemplate(template)
            segments = template.split(separator: "/", omittingEmptySubsequences: false)
            self.routes = routes
            let methods = routes.flatMap { $0.method == .get ? ["GET", "HEAD"] : [$0.method.rawValue] }
            allowed = methods.joined(separator: ", ")
        }

        /// A HEAD is answered as a GET is, without the body.
        func route(for method: HTTPRequest.Method) -> Route? {
            routes.first { $0.method == method } ?? (method == .head ? routes.first { $0.method == .get } : nil)
        }
    }

    init(_ routes: [Route]) {
        self.routes = routes
        for (template, routes) in Dictionary(grouping: routes, by: \.template) {
            let endpoint = Endpoint(template: template, routes: routes)
            if template.contains("{") { patterns.append(endpoint) } else { literals[template] = endpoint }
        }
    }

    enum Match: Sendable {
        case found(Endpoint, parameters: [String])
        /// A parameter is not percent-encoded UTF-8.
        case undecodable(Endpoint)
        case none
    }

    /// - Parameter path: as it came, without the query.
    func match(_ path: Substring) -> Match {
        if let endpoint = literals[String(path)] { return .found(endpoint, parameters: []) }
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        for endpoint in patterns {
            guard let raw = Self.parameters(of: segments, in: endpoint) else { continue }
            var parameters: [String] = []
            for segment in raw {
                guard let value = percentDecoded(segment, plusIsSpace: false) else { return .undecodable(endpoint) }
                parameters.append(value)
            }
            return .found(endpoint, parameters: parameters)
        }
        return .none
    }

    private static func parameters(of segments: [Substring], in endpoint: Endpoint) -> [Substring]? {
        guard segments.count == endpoint.segments.count else { return nil }
        var parameters: [Substring] = []
        for (segment, pattern) in zip(segments, endpoint.segments) {
            if pattern.utf8.first == UInt8(ascii: "{") {
                guard !segment.isEmpty else { return nil }
                parameters.append(segment)
            } else if segment != pattern {
                return nil
            }
        }
        return parameters
    }
}

/// Undoes percent-encoding; nil when an escape is incomplete or the result is not UTF-8.
func percentDecoded(_ text: Substring, plusIsSpace: Bool) -> String? {
    let needsWork = text.utf8.contains { $0 == UInt8(ascii: "%") || (plusIsSpace && $0 == UInt8(ascii: "+")) }
    guard needsWork else { return String(text) }
    var bytes: [UInt8] = []
    var iterator = text.utf8.makeIterator()
    while let byte = iterator.next() {
        switch byte {
        case UInt8(ascii: "%"):
            guard let high = iterator.next().flatMap(hexValue), let low = iterator.next().flatMap(hexValue) else {
                return nil
            }
            bytes.append(high << 4 | low)
        case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
        default: bytes.append(byte)
        }
    }
    return String(validating: bytes, as: UTF8.self)
}

private func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
}
