import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle
import Synchronization

/// An HTTP server on a free loopback port that keeps a log of what reaches it.
final class Receiver: Sendable {
    struct Request: Sendable, Hashable {
        let path: String
        let key: String
        let body: String
    }

    private let log = Mutex<[Request]>([])
    private let port = Mutex<(port: Int?, waiter: CheckedContinuation<Int, Never>?)>((nil, nil))

    private let answers: Bool
    private let onRequest: @Sendable (String) async -> Void

    /// - Parameters:
    ///   - answers: whether requests are answered; otherwise they hang until the receiver stops.
    ///   - onRequest: is called with the path of each before it is answered.
    init(answers: Bool = true, onRequest: @escaping @Sendable (String) async -> Void = { _ in }) {
        self.answers = answers
        self.onRequest = onRequest
    }

    var requests: [Request] { log.withLock { $0 } }

    /// Serves while the body runs; hands it the base address.
    func serving<Value: Sendable>(_ body: (String) async throws -> Value) async throws -> Value {
        let router = Router()
        for method in [HTTPRequest.Method.get, .post] {
            router.on("/**", method: method) { request, _ in try await self.answer(request) }
        }
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in self.listening(on: channel.localAddress?.port ?? 0) })
        let group = ServiceGroup(services: [application], logger: application.logger)
        async let service: Void = group.run()
        let address = "http://127.0.0.1:\(await boundPort())"
        do {
            let value = try await body(address)
            await group.triggerGracefulShutdown()
            try await service
            return value
        } catch {
            await group.triggerGracefulShutdown()
            throw error
        }
    }

    private func answer(_ request: Hummingbird.Request) async throws -> HTTPResponse.Status {
        let key = request.headers[HTTPField.Name("Idempotency-Key")!] ?? ""
        let body = String(buffer: try await request.body.collect(upTo: 1 << 20))
        log.withLock { $0.append(Request(path: request.uri.path, key: key, body: body)) }
        await onRequest(request.uri.path)
        if !answers { try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(3_600)) } }
        return .ok
    }

    private func listening(on number: Int) {
        port.withLock { state in
            state.port = number
            state.waiter?.resume(returning: number)
            state.waiter = nil
        }
    }

    private func boundPort() async -> Int {
        await withCheckedContinuation { continuation in
            port.withLock { state in
                if let port = state.port { continuation.resume(returning: port) } else { state.waiter = continuation }
            }
        }
    }
}
