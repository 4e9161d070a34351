import AsyncHTTPClient
import NIOCore
import Synchronization
import Workflow

/// HTTP clients of which each connects to one address, whatever the name in its URLs resolves to by then.
///
/// Of these there are so many at most; past that the one that was used longest ago is shut down. One that is in use
/// stays: then there are more, until it is given back.
final class PinnedClients: Sendable {
    struct Pin: Hashable, Sendable {
        let host: HostText
        let address: IPAddress
    }

    private struct Entry {
        let client: HTTPClient
        var uses = 0
        var turn: UInt64 = 0
        /// Whether the last connection that was tried stood.
        var isProven = false
    }

    private struct State {
        var entries: [Pin: Entry] = [:]
        var turn: UInt64 = 0
        var isClosed = false
        var lastClosing = 0
        var closings: [Int: Task<Void, Never>] = [:]
    }

    private let state = Mutex(State())
    private let options: EgressOptions
    private let capacity: Int

    init(_ options: EgressOptions, capacity: Int = 256) {
        self.options = options
        self.capacity = capacity
    }

    /// The addresses in the order in which to try them: those first that are known to answer.
    func order(_ addresses: [IPAddress], of host: HostText) -> [IPAddress] {
        guard addresses.count > 1 else { return addresses }
        return state.withLock { state in
            let proven = addresses.filter { state.entries[Pin(host: host, address: $0)]?.isProven == true }
            return proven + addresses.filter { !proven.contains($0) }
        }
    }

    /// The client for an address; it is to be given back.
    func take(_ pin: Pin) throws(EgressError) -> HTTPClient {
        let client = state.withLock { state -> HTTPClient? in
            guard !state.isClosed else { return nil }
            var entry = state.entries[pin] ?? Entry(client: makeClient(pin))
            state.turn += 1
            entry.turn = state.turn
            entry.uses += 1
            state.entries[pin] = entry
            return entry.client
        }
        guard let client else { throw .closed }
        return client
    }

    /// Gives a client back.
    /// - Parameter isProven: whether its address answered.
    func giveBack(_ pin: Pin, isProven: Bool) {
        state.withLock { state in
            guard !state.isClosed, var entry = state.entries[pin] else { return }
            entry.uses -= 1
            entry.isProven = isProven
            state.entries[pin] = entry
            guard state.entries.count > capacity else { return }
            let idle = state.entries.filter { $0.value.uses == 0 }.min { $0.value.turn < $1.value.turn }
            guard let idle else { return }
            state.entries[idle.key] = nil
            close(idle.value.client, &state)
        }
    }

    /// Shuts all clients down; what they are doing fails.
    func shutDown() async {
        let closings = state.withLock { state in
            state.isClosed = true
            for entry in state.entries.values { close(entry.client, &state) }
            state.entries = [:]
            return state.closings
        }
        for closing in closings.values { await closing.value }
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    var count: Int { state.withLock { $0.entries.count } }

    private func close(_ client: HTTPClient, _ state: inout State) {
        state.lastClosing += 1
        let number = state.lastClosing
        state.closings[number] = Task {
            // It fails only when the client is shut down already.
            try? await client.shutdown()
            self.state.withLock { $0.closings[number] = nil }
        }
    }

    private func makeClient(_ pin: Pin) -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        // Whether to try again is decided by who knows what was called.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = options.connectionsPerHost
        configuration.timeout.connect = .microseconds(options.connectTimeout.inMicroseconds)
        if case .name(let name) = pin.host { configuration.dnsOverride = [name: "\(pin.address)"] }
        configuration.http1_1ConnectionDebugInitializer = { Self.check($0, pin.address) }
        configuration.http2ConnectionDebugInitializer = { Self.check($0, pin.address) }
        return HTTPClient(configuration: configuration)
    }

    /// Nothing is sent over a connection to another address than the one that was checked.
    static func check(_ channel: any Channel, _ pinned: IPAddress) -> EventLoopFuture<Void> {
        if let text = channel.remoteAddress?.ipAddress, IPAddress(parsing: text) == pinned {
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        // Closed after its failure has been told: the pool knows it no longer by then.
        channel.eventLoop.execute { channel.close(promise: nil) }
        return channel.eventLoop.makeFailedFuture(StrayConnection())
    }
}

/// A connection that goes elsewhere than it should.
struct StrayConnection: Error, CustomStringConvertible {
    var description: String { "it leads to another address than the one that was checked" }
}
