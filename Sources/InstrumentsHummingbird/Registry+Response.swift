import HTTPTypes
public import Hummingbird
public import Instruments
import NIOCore

extension Registry {
    /// Answers a scrape: the format by `Accept`, gzip by `Accept-Encoding`, the families by `name[]`.
    ///
    /// ```swift
    /// router.get("metrics") { request, _ in registry.response(to: request) }
    /// ```
    ///
    /// The body is written chunk by chunk as the client takes it, without a copy of the whole. Guard the route where
    /// strangers can reach it.
    public func response(to request: Request) -> Response {
        let named = request.uri.queryParameters.filter { Self.nameParameters.contains($0.key.lowercased()) }
        let asked = ScrapeRequest(
            accept: request.headers[.accept], acceptEncoding: request.headers[.acceptEncoding],
            names: named.map { String($0.value) })
        let scrape = Writing(scrape: self.scrape(asked))
        var headers: HTTPFields = [.contentType: scrape.scrape.contentType, .vary: "Accept, Accept-Encoding"]
        if let coding = scrape.scrape.contentEncoding { headers[.contentEncoding] = coding }
        let body = ResponseBody { writer in
            while let bytes = scrape.scrape.next() { try await writer.write(ByteBuffer(bytes: bytes)) }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    /// `name[]`, as it may stand in an address.
    private static let nameParameters: Set = ["name[]", "name%5b%5d"]
}

/// A scrape on its way from the one who began it to the one who writes it, which Hummingbird does once, after the other
/// has let go of it.
private struct Writing: @unchecked Sendable {
    let scrape: Scrape
}
