import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization
import Workflow

/// Makes all calls to the outside.
///
/// A call is read strictly, its host resolved once, all addresses checked by the ``AddressPolicy``, and the connection
/// made to an address that was checked, with the host's name in the certificate and in `Host`. A redirect begins anew.
/// Certificates are always verified. No proxy is used.
///
/// Each integration has a ``CircuitBreaker``: connections that fail, timeouts, and the statuses 429 and 500 to 599 count
/// against it; other answers count for it; what was refused here, or cancelled, counts for nothing. A request that could
/// not connect is made once more to the next address, as far as the integration's ``RetryBudget`` goes; everything else
/// is for the caller to try again.
public final class EgressClient: Sendable {
    /// How many calls are under way at once; half of them at most to one integration.
    public static let concurrency = 256
    /// How many redirects one call follows.
    static let redirects = 5
    /// How many addresses of a host one request tries.
    static let addresses = 3

    let options: EgressOptions
    private let policy: AddressPolicy
    private let environment: Environment
    private let resolver: Resolver
    private let observe: @Sendable (EgressFact) -> Void
    private let integrations: Integrations
    private let clients: PinnedClients
    /// Other calls wait here, where their timeouts do not run yet, and not in the client's pool, where giving one up costs
    /// a search through all that wait.
    private let slots = Slots(EgressClient.concurrency)

    /// - Parameters:
    ///   - environment: its clock is that of timeouts, breakers and rates.
    ///   - observe: is told what is worth recording, from any task; it must not block.
    public init(
        options: EgressOptions = EgressOptions(), environment: Environment = .system, resolver: Resolver = .system,
        observe: @escaping @Sendable (EgressFact) -> Void = { _ in }
    ) {
        self.options = options
        self.environment = environment
        self.resolver = resolver
        self.observe = observe
        policy = AddressPolicy(rules: options.rules)
        integrations = Integrations(options, observe: observe)
        clients = PinnedClients(options)
    }

    /// Closes all connections. It must be called before the client is let go; calls that are under way fail.
    public func shutDown() async { await clients.shutDown() }

    /// The circuit breakers of the integrations that were called, by name.
    public var breakers: [String: CircuitBreaker.State] { integrations.states(at: environment.now()) }

    /// Makes a call when there is a slot for it.
    func call(_ request: EgressRequest) async throws(EgressError) -> EgressResponse {
        let target = Result { () throws(EgressError) in try Self.target(request.url) }
        let integration = request.integration ?? (try? target.get())?.authority
        let place = integration ?? ""
        await slots.acquire(for: place, turn: request.turn)
        defer { slots.release(for: place) }
        if Task.isCancelled { throw .cancelled }
        let start = environment.now()
        let result: Result<EgressResponse, EgressError>
        do throws(EgressError) {
            result = .success(try await call(EgressHop(request, to: try target.get()), request, place, start))
        } catch {
            if let hold = error.hold { observe(.held(integration: integration, hold)) }
            result = .failure(error)
        }
        observe(
            .call(
                EgressCall(
                    integration: integration, operation: request.method.rawValue, outcome: Self.outcome(result),
                    duration: max(.zero, environment.now() - start))))
        return try result.get()
    }

    private static func target(_ url: String) throws(EgressError) -> EgressTarget {
        do {
            return try EgressTarget(parsing: url)
        } catch {
            throw .refused(.url(error), redirectedBy: nil)
        }
    }

    private static func outcome(_ result: Result<EgressResponse, EgressError>) -> EgressOutcome {
        switch result {
        case .success(let response): response.status.code < 400 ? .success : .error
        case .failure(let error): error.outcome
        }
    }

    private func call(
        _ hop: EgressHop, _ request: EgressRequest, _ integration: String, _ start: Timestamp
    ) async throws(EgressError) -> EgressResponse {
        try check(hop.target, redirectedBy: nil)
        let timeout = request.timeout ?? options.timeout
        // Half of the time is left for the call itself.
        let admission = try integrations.admit(integration, at: start, within: timeout / 2)
        var waited = start
        if admission.wait > .zero {
            observe(.held(integration: integration, .delay))
            // Its slot is for others meanwhile: what one service may not take yet holds up no other.
            slots.release(for: integration)
            await environment.sleep(start + admission.wait)
            await slots.acquire(for: integration, turn: request.turn)
            waited = environment.now() + admission.wait * -1
        }
        let progress = Progress()
        do throws(EgressError) {
            let response = try await withTimeout(timeout, from: waited, hop.target) { () async throws(EgressError) in
                if Task.isCancelled { throw .cancelled }
                return try await self.follow(hop, request, integration, progress)
            }
            let isFailure = response.status.code >= 500 || response.status == .tooManyRequests
            integrations.record(admission, of: integration, succeeded: !isFailure, at: environment.now())
            return response
        } catch {
            // Many names that are looked up for others may have taken the time.
            let verdict = progress.isResolved.load(ordering: .relaxed) || !error.isTimeout ? error.verdict : nil
            integrations.record(admission, of: integration, succeeded: verdict, at: environment.now())
            throw error
        }
    }

    /// How far a call has come.
    private final class Progress: Sendable {
        let isResolved = Atomic(false)
    }

    private func check(_ target: EgressTarget, redirectedBy origin: String?) throws(EgressError) {
        do {
            try policy.check(target.host)
        } catch {
            throw .refused(error, redirectedBy: origin)
        }
    }

    private func withTimeout(
        _ timeout: Duration, from start: Timestamp, _ target: EgressTarget,
        _ body: @escaping @Sendable () async throws(EgressError) -> EgressResponse
    ) async throws(EgressError) -> EgressResponse {
        let environment = environment
        let result = await withTaskGroup(of: Result<EgressResponse, EgressError>?.self) { group in
            group.addTask {
                do throws(EgressError) {
                    return .success(try await body())
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                await environment.sleep(start + timeout)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        if let result { return try result.get() }
        throw Task.isCancelled ? .cancelled : .timeout(origin: target.origin, timeout)
    }

    // MARK: Redirects

    private func follow(
        _ first: EgressHop, _ request: EgressRequest, _ integration: String, _ progress: Progress
    ) async throws(EgressError) -> EgressResponse {
        var hop = first
        var origin: String?
        for _ in 0...(request.followsRedirects ? Self.redirects : 0) {
            switch try await exchange(hop, request, integration, progress, redirectedBy: origin) {
            case .answer(let response): return response
            case .redirect(let next):
                origin = hop.target.origin
                try check(next.target, redirectedBy: origin)
                hop = next
            }
        }
        throw .redirects(origin: hop.target.origin, limit: Self.redirects)
    }

    private enum Reply {
        case answer(EgressResponse)
        case redirect(EgressHop)
    }

    /// One request, to the first address of the host that can be reached.
    private func exchange(
        _ hop: EgressHop, _ request: EgressRequest, _ integration: String, _ progress: Progress,
        redirectedBy origin: String?
    ) async throws(EgressError) -> Reply {
        let host = hop.target.host
        let addresses = clients.order(try await resolve(host, redirectedBy: origin), of: host)
        progress.isResolved.store(true, ordering: .relaxed)
        var failure = EgressError.refused(.unresolved(host.description), redirectedBy: origin)
        for (index, address) in addresses.prefix(Self.addresses).enumerated() {
            if index > 0, !integrations.mayRetry(integration, at: environment.now()) { break }
            do throws(EgressError) {
                return try await exchange(hop, request, at: address)
            } catch {
                guard error.isUnreached else { throw error }
                failure = error
            }
        }
        throw failure
    }

    private func resolve(_ host: HostText, redirectedBy origin: String?) async throws(EgressError) -> [IPAddress] {
        guard case .name(let name) = host else {
            guard case .address(let address) = host else { return [] }
            return [address]
        }
        let addresses: [IPAddress]
        do throws(ResolverError) {
            addresses = try await resolver.addresses(name)
        } catch {
            throw .unresolvable(host: name, reason: error.message)
        }
        do throws(EgressRefusal) {
            try policy.check(addresses, of: name)
        } catch {
            throw .refused(error, redirectedBy: origin)
        }
        return addresses
    }

    // MARK: One request

    private func exchange(
        _ hop: EgressHop, _ request: EgressRequest, at address: IPAddress
    ) async throws(EgressError) -> Reply {
        let pin = PinnedClients.Pin(host: hop.target.host, address: address)
        let client = try clients.take(pin)
        var isProven = false
        defer { clients.giveBack(pin, isProven: isProven) }
        do {
            // The time is kept by `withTimeout`, whose clock can be turned by hand.
            let response = try await client.execute(hop.request, deadline: .distantFuture)
            isProven = true
            return try await reply(response, to: hop, request)
        } catch let error as EgressError {
            throw error
        } catch {
            throw failure(error, of: hop.target)
        }
    }

    private func reply(
        _ response: HTTPClientResponse, to hop: EgressHop, _ request: EgressRequest
    ) async throws -> Reply {
        if request.followsRedirects {
            do throws(EgressTargetError) {
                let next = try hop.next(response.status, response.headers.first(name: "Location"))
                if let next { return .redirect(next) }
            } catch {
                throw EgressError.refused(.url(error), redirectedBy: hop.target.origin)
            }
        }
        let limit = min(request.responseLimit, options.maxResponseBytes)
        let body = try await collect(response, limit: limit, of: hop)
        return .answer(EgressResponse(status: response.status, headers: response.headers, body: body))
    }

    private func collect(
        _ response: HTTPClientResponse, limit: Int, of hop: EgressHop
    ) async throws -> ByteBuffer {
        let tooLarge = EgressError.tooLarge(origin: hop.target.origin, limit: limit)
        let declared = response.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
        guard declared <= limit || hop.method == .HEAD else { throw tooLarge }
        var body = ByteBuffer()
        for try await var part in response.body {
            guard part.readableBytes <= limit - body.readableBytes else { throw tooLarge }
            body.writeBuffer(&part)
        }
        return body
    }

    private func failure(_ error: any Error, of target: EgressTarget) -> EgressError {
        switch error as? HTTPClientError {
        case .cancelled: return clients.isClosed ? .closed : .cancelled
        case .alreadyShutdown: return .closed
        case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout:
            return .connectTimeout(origin: target.origin, options.connectTimeout)
        case nil where error is CancellationError: return .cancelled
        default:
            let trouble = ConnectionTrouble(error)
            return .connection(
                origin: target.origin, reason: trouble.reason, wasConnected: trouble.wasConnected)
        }
    }
}
