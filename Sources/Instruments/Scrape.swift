/// What a scraper asks for.
public struct ScrapeRequest: Sendable {
    /// The value of the header `Accept`; of several, joined by commas.
    public var accept: String?
    /// The value of the header `Accept-Encoding`; of several, joined by commas.
    public var acceptEncoding: String?
    /// The values of the query's `name[]`: the names of families, or of their samples, to be shown, not escaped. Empty
    /// for all.
    public var names: [String]

    /// What a request asks for: its `Accept` and `Accept-Encoding` headers as they came, nil where there was none, and
    /// the families it names; no name stands for all.
    public init(accept: String? = nil, acceptEncoding: String? = nil, names: [String] = []) {
        self.accept = accept
        self.acceptEncoding = acceptEncoding
        self.names = names
    }
}

/// The answer to a scraper, written chunk by chunk as it is asked to, so that no copy of the whole is needed.
///
/// ```swift
/// let scrape = registry.scrape(ScrapeRequest(accept: accept, acceptEncoding: acceptEncoding))
/// while let bytes = scrape.next() { try await writer.write(ByteBuffer(bytes: bytes)) }
/// ```
///
/// Not to be used by two threads at once; each chunk may be asked for by another one.
public final class Scrape {
    /// So many bytes or fewer go uncompressed: they fit one packet anyhow.
    private static let shortest = 1_400

    /// What the body is written in.
    public let format: ExpositionFormat
    /// How the body has names that are no legacy names.
    public let escaping: EscapingScheme
    private let cursor: ExpositionCursor
    private let gzip: GzipStream?
    /// Written in advance, to see whether compression pays.
    private var first: [UInt8]?

    fileprivate init(
        _ cursor: ExpositionCursor, _ format: ExpositionFormat, _ escaping: EscapingScheme, acceptsGzip: Bool
    ) {
        self.format = format
        self.escaping = escaping
        self.cursor = cursor
        let first = cursor.advance() ? Array(cursor.bytes) : []
        gzip = acceptsGzip && first.count > Self.shortest ? GzipStream() : nil
        self.first = gzip.map { $0.compress(first, isLast: false) } ?? first
    }

    /// The value of the header `Content-Type`.
    ///
    /// It names the escaping, as in `; escaping=allow-utf-8`, but where there is no choice to tell: in text 0.0.4 with
    /// underscores.
    public var contentType: String {
        if format == .text004, escaping == .underscores { return format.contentType }
        return "\(format.contentType); escaping=\(escaping.rawValue)"
    }

    /// The value of the header `Content-Encoding`; nil for none.
    public var contentEncoding: String? { gzip == nil ? nil : "gzip" }

    /// The next bytes of the body, never none; nil when all have been handed out.
    public func next() -> [UInt8]? {
        if let bytes = first {
            first = nil
            if !bytes.isEmpty { return bytes }
        }
        while cursor.advance() {
            let bytes = gzip.map { $0.compress(Array(cursor.bytes), isLast: false) } ?? Array(cursor.bytes)
            // The compressor keeps back what is too little to be worth handing out.
            if !bytes.isEmpty { return bytes }
        }
        let end = gzip.map { $0.compress([], isLast: true) } ?? []
        return end.isEmpty ? nil : end
    }
}

extension Registry {
    /// Begins the answer to a scraper.
    ///
    /// - Parameter chunk: about how many bytes are written at a time, before compression; in protobuf, whole families.
    public func scrape(_ request: ScrapeRequest, chunk: Int = 64 << 10) -> Scrape {
        let (format, escaping) = ExpositionFormat.negotiated(request.accept)
        return Scrape(
            cursor(format, escaping, chunk: chunk, names: Set(request.names)), format, escaping,
            acceptsGzip: ContentCoding.acceptsGzip(request.acceptEncoding))
    }
}
