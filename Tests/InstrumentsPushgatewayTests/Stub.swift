import NIOCore
import NIOPosix

/// A server on loopback that gives the same bytes to whatever it is asked.
struct Stub {
    let address: String
    /// What came in, each time that the head of a request was there.
    let requests: AsyncStream<String>

    /// Runs one for as long as the work takes.
    static func run(_ answer: String, _ work: (Stub) async throws -> Void) async throws {
        let (requests, sink) = AsyncStream<String>.makeStream()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answering(answer: answer, sink: sink))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            try await work(Stub(address: "http://127.0.0.1:\(server.localAddress?.port ?? 0)", requests: requests))
        } catch {
            try await server.close()
            throw error
        }
        try await server.close()
    }

    /// An address at which nobody listens.
    static func nobody() async throws -> String {
        var address = ""
        try await run("") { address = $0.address }
        return address
    }

    static func answer(_ status: String, _ headers: [String] = [], body: String = "") -> String {
        (["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers).joined(separator: "\r\n") + "\r\n\r\n"
            + body
    }
}

private final class Answering: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: String
    private let sink: AsyncStream<String>.Continuation
    private var received = ""

    init(answer: String, sink: AsyncStream<String>.Continuation) {
        self.answer = answer
        self.sink = sink
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        guard received.contains("\r\n\r\n") else { return }
        sink.yield(received)
        received = ""
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
    }
}
