import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// A body that did not arrive in time; thrown to whoever reads it.
struct BodyTimeout: Error {}

/// Watches over one connection: answers what is no HTTP with a problem, bounds the time of requests with one timer for
/// the whole connection, and closes it after an answer that says so.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let responder: APIResponder
    private let bodyTimeout: TimeAmount
    private var timer: Scheduled<Void>?

    /// Requests whose answer has not ended.
    private var pending = 0
    private var isAnswering = false
    /// Whether the answer goes on until one of the two ends it.
    private var isStreaming = false
    /// Since when the client has taken too little for more to be written.
    private var stuckSince: NIODeadline?
    private var isReadingBody = false
    /// What the client hears if no answer comes in time.
    private var reason = APIProblem.answerTimeout
    private var head: HTTPRequest?
    /// When the head of the oldest pending request came, or its end, or its predecessor's answer ended.
    private var since = NIODeadline.uptimeNanoseconds(0)
    private var parserError: HTTPParserError?
    private var closesAfterAnswer = false
    /// Whether nothing is read or written any more.
    private var isDone = false

    init(responder: APIResponder) {
        self.responder = responder
        bodyTimeout = TimeAmount(responder.limits.requestTimeout)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        scheduleTick(context)
    }

    private func scheduleTick(_ context: ChannelHandlerContext) {
        let period = max(.milliseconds(50), TimeAmount.nanoseconds(bodyTimeout.nanoseconds / 4))
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: period) {
            self.tick(context)
            if self.timer != nil { self.scheduleTick(context) }
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { stop() }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    private func stop() {
        timer?.cancel()
        timer = nil
    }

    // Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone, parserError == nil else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            if pending == 0 { since = .now() }
            pending += 1
            isReadingBody = true
            reason = .answerTimeout
            self.head = head
        case .body: break
        case .end:
            isReadingBody = false
            if pending == 1 { since = .now() }
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case let error as HTTPParserError:
            parserError = error
            context.fireErrorCaught(error)
        case is IOError, is ChannelError, is BodyTimeout:
            context.fireErrorCaught(error)
        default:
            // A head that is HTTP, but nothing that can be answered: no path, an impossible method.
            guard parserError == nil else { return }
            parserError = .unknown
            context.fireErrorCaught(HTTPParserError.unknown)
        }
    }

    // Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isDone else {
            promise?.fail(ChannelError.alreadyClosed)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(let head): write(head, data, context, promise)
        case .body: context.write(data, promise: promise)
        case .end: writeEnd(data, context, promise)
        }
    }

    private func write(
        _ head: HTTPResponse, _ data: NIOAny, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?
    ) {
        isAnswering = true
        isStreaming = head.headerFields[.contentType] == Reply.eventsType
        if head.headerFields[.connection] == "close" { closesAfterAnswer = true }
        // The server answers a parser's error with an empty 400; none of the API's answers is one.
        guard let parserError, head.status == .badRequest, head.headerFields[.contentLength] == "0" else {
            return context.write(data, promise: promise)
        }
        let (answer, body) = responder.answer(Self.problem(of: parserError), counting: true)
        context.write(wrapOutboundOut(.head(answer)), promise: nil)
        context.write(wrapOutboundOut(.body(body)), promise: promise)
    }

    private func writeEnd(_ data: NIOAny, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        isAnswering = false
        pending = max(0, pending - 1)
        if pending > 0 { since = .now() }
        context.write(data, promise: promise)
        if closesAfterAnswer { finish(context) }
    }

    /// Sends what is written, says that no more comes, and gives the client a moment to read it: a connection that is
    /// closed while the client still sends would be reset, and the answer lost.
    private func finish(_ context: ChannelHandlerContext) {
        isDone = true
        context.flush()
        context.close(mode: .output, promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { context.close(promise: nil) }
    }

    // Time

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stuckSince = context.channel.isWritable ? nil : context.eventLoop.now
        context.fireChannelWritabilityChanged()
    }

    private func tick(_ context: ChannelHandlerContext) {
        if isAnswering, isStreaming, let stuckSince, context.eventLoop.now - stuckSince > bodyTimeout {
            return context.close(promise: nil)
        }
        guard !isDone, pending > 0, !isAnswering, let head else { return }
        let elapsed = NIODeadline.now() - since
        if isReadingBody {
            if elapsed > bodyTimeout {
                isReadingBody = false
                reason = .bodyTimeout
                since = .now()
                context.fireErrorCaught(BodyTimeout())
            }
        } else if responder.isLate(elapsed, head) {
            // The responder counts it when the handler comes back.
            let (answer, body) = responder.answer(reason, counting: false)
            context.write(wrapOutboundOut(.head(answer)), promise: nil)
            context.write(wrapOutboundOut(.body(body)), promise: nil)
            context.write(wrapOutboundOut(.end(nil)), promise: nil)
            finish(context)
        }
    }

    private static func problem(of error: HTTPParserError) -> APIProblem {
        error == .headerOverflow
            ? .malformed(detail(of: error), status: .requestHeaderFieldsTooLarge) : .malformed(detail(of: error))
    }

    static func detail(of error: HTTPParserError) -> String {
        switch error {
        case .headerOverflow: "the header fields are too long"
        case .invalidChunkSize: "a chunk's size is no number"
        case .invalidContentLength, .unexpectedContentLength: "the content length is wrong"
        case .invalidEOFState: "the request ends too early"
        case .invalidHeaderToken: "a header field is malformed"
        case .invalidMethod: "the method is malformed"
        case .invalidURL, .invalidPath: "the target is malformed"
        case .invalidVersion: "the version of HTTP is unknown"
        default: "the request is not HTTP"
        }
    }
}

@available(*, unavailable)
extension ConnectionGuard: Sendable {}
