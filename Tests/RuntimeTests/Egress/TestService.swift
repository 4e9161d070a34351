import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A service on 127.0.0.1 that answers as a test says.
final class TestService: Sendable {
    struct Request: Sendable {
        var head: HTTPRequestHead
        var body: ByteBuffer

        subscript(name: String) -> String? { head.headers.first(name: name) }
    }

    enum Answer: Sendable {
        case status(Int, headers: HTTPHeaders = [:], body: String = "", isChunked: Bool = false)
        /// None, for as long as the connection holds.
        case nothing
        /// The end of the connection.
        case close

        static func redirect(_ status: Int = 302, to location: String) -> Answer {
            .status(status, headers: ["Location": location])
        }
    }

    private struct State {
        var received: [Request] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())
    private let answer: @Sendable (Request) -> Answer
    private let listener = Mutex<(any Channel)?>(nil)

    private init(_ answer: @escaping @Sendable (Request) -> Answer) { self.answer = answer }

    /// Runs it for as long as the body runs.
    static func run<Value>(
        _ answer: @escaping @Sendable (Request) -> Answer, _ body: (TestService) async throws -> Value
    ) async throws -> Value {
        let service = TestService(answer)
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(service))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        service.listener.withLock { $0 = channel }
        let result: Result<Value, any Error>
        do { result = .success(try await body(service)) } catch { result = .failure(error) }
        try await channel.close()
        return try result.get()
    }

    var port: Int { listener.withLock { $0?.localAddress?.port ?? 0 } }

    var received: [Request] { state.withLock { $0.received } }

    /// Returns when so many requests have come in.
    func receives(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.received.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    fileprivate func take(_ request: Request) -> Answer {
        let due = state.withLock { state in
            state.received.append(request)
            let due = state.watchers.filter { $0.count <= state.received.count }
            state.watchers.removeAll { $0.count <= state.received.count }
            return due
        }
        for watcher in due { watcher.continuation.resume() }
        return answer(request)
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let service: TestService
        private var request: Request?

        init(_ service: TestService) { self.service = service }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): request = Request(head: head, body: ByteBuffer())
            case .body(var part): request?.body.writeBuffer(&part)
            case .end:
                guard let request else { return }
                write(service.take(request), to: request, context)
            }
        }

        private func write(_ answer: Answer, to request: Request, _ context: ChannelHandlerContext) {
            switch answer {
            case .nothing: break
            case .close: context.close(promise: nil)
            case .status(let status, var headers, let body, let isChunked):
                if !isChunked { headers.replaceOrAdd(name: "Content-Length", value: "\(body.utf8.count)") }
                let head = HTTPResponseHead(
                    version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: headers)
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                if request.head.method != .HEAD {
                    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
                }
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

/// A number that is known only later.
final class Box: Sendable {
    private let held = Mutex(0)

    var value: Int {
        get { held.withLock { $0 } }
        set { held.withLock { $0 = newValue } }
    }
}
