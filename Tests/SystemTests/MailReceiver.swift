import NIOCore
import NIOExtras
import NIOPosix
import Synchronization

/// A mail server on a free loopback port that takes every message and keeps it.
final class MailReceiver: Sendable {
    let port: Int
    private let channel: any Channel
    private let kept = Kept()

    /// The messages, headers included, as they came.
    var messages: [String] { kept.messages.withLock { $0 } }

    init() async throws {
        let kept = kept
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        ByteToMessageHandler(LineBasedFrameDecoder()), Dialogue(kept: kept))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    func stop() async throws { try await channel.close() }

    private final class Kept: Sendable {
        let messages = Mutex<[String]>([])
    }

    /// What RFC 5321 asks of a server, without extensions.
    private final class Dialogue: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let kept: Kept
        /// The lines of the message that is being sent.
        private var lines: [String]?

        init(kept: Kept) { self.kept = kept }

        func channelActive(context: ChannelHandlerContext) { answer("220 ready", context) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let line = String(buffer: unwrapInboundIn(data))
            if let lines {
                take(line, after: lines, context)
            } else if line.hasPrefix("DATA") {
                lines = []
                answer("354 go on", context)
            } else if line.hasPrefix("QUIT") {
                answer("221 bye", context)
                context.close(promise: nil)
            } else {
                answer("250 ok", context)
            }
        }

        private func take(_ line: String, after lines: [String], _ context: ChannelHandlerContext) {
            guard line == "." else {
                self.lines = lines + [line]
                return
            }
            self.lines = nil
            kept.messages.withLock { $0.append(lines.joined(separator: "\n")) }
            answer("250 taken", context)
        }

        private func answer(_ text: String, _ context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text + "\r\n")), promise: nil)
        }
    }
}
