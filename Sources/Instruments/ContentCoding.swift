/// The header `Accept-Encoding`, RFC 9110.
enum ContentCoding {
    /// Whether the client takes gzip: it names it, or anything, with a quality above 0.
    static func acceptsGzip(_ header: String?) -> Bool {
        var quality: [Substring: Double] = [:]
        for element in (header ?? "").lowercased().split(separator: ",") {
            let parts = element.split(separator: ";").map { $0.trimmed }
            guard let coding = parts.first else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            quality[coding] = weight
        }
        return (quality["gzip"] ?? quality["x-gzip"] ?? quality["*"] ?? 0) > 0
    }
}
