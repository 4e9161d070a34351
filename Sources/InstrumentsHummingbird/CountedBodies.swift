import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// A request's body, counted as it is read.
struct CountedBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let body: RequestBody
    let count: ByteCount

    struct AsyncIterator: AsyncIteratorProtocol {
        var body: RequestBody.AsyncIterator
        let count: ByteCount

        @concurrent mutating func next() async throws -> ByteBuffer? {
            let buffer = try await body.next()
            if let buffer { count.add(buffer.readableBytes) }
            return buffer
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(body: body.makeAsyncIterator(), count: count) }
}

/// A response's body while it is being written; records its exchange once, when the writing has ended.
///
/// Hummingbird does not promise to write a body that it was given: another middleware may replace it, the connection may
/// be gone. Then the exchange ends with the last reference to this.
final class WatchedExchange: Sendable {
    private let exchange: Exchange
    private let families: HTTPFamilies
    private let sent = ByteCount()
    private let hasEnded = Atomic(false)

    init(_ exchange: Exchange, families: HTTPFamilies) {
        self.exchange = exchange
        self.families = families
    }

    func watch(_ body: ResponseBody) -> ResponseBody {
        ResponseBody(contentLength: body.contentLength) { writer in
            defer { self.end() }
            try await body.write(CountingWriter(writer: writer, sent: self.sent))
        }
    }

    private func end() {
        guard !hasEnded.exchange(true, ordering: .relaxed) else { return }
        families.ended(exchange, sent: sent.value)
    }

    deinit { end() }
}

/// Counts what goes through to the other writer.
private struct CountingWriter: ResponseBodyWriter {
    var writer: any ResponseBodyWriter
    let sent: ByteCount

    @concurrent mutating func write(_ buffer: ByteBuffer) async throws {
        try await writer.write(buffer)
        sent.add(buffer.readableBytes)
    }

    @concurrent mutating func write(contentsOf buffers: some Sequence<ByteBuffer>) async throws {
        let buffers = Array(buffers)
        try await writer.write(contentsOf: buffers)
        sent.add(buffers.reduce(0) { $0 + $1.readableBytes })
    }

    @concurrent consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        try await writer.finish(trailingHeaders)
    }
}
