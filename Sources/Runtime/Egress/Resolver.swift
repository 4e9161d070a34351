import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Finds the addresses of a host.
///
/// The seam that lets tests answer as a name server would.
public struct Resolver: Sendable {
    /// The addresses of a name, the best first; none when the name has none.
    public var addresses: @Sendable (_ name: String) async throws(ResolverError) -> [IPAddress]

    public init(addresses: @escaping @Sendable (_ name: String) async throws(ResolverError) -> [IPAddress]) {
        self.addresses = addresses
    }

    /// The system's: its files, its name servers, and the order of RFC 6724.
    public static let system = Resolver { name async throws(ResolverError) in try await Lookup.run(name) }
}

/// The system could not find out whether a name has addresses.
public struct ResolverError: Error, Sendable, Hashable {
    /// As a clause without a full stop.
    public let message: String

    public init(_ message: String) { self.message = message }
}

/// One question to the system, which may take long and cannot be taken back; whoever asked need not wait for it.
private final class Lookup: Sendable {
    private typealias Answer = Result<[IPAddress], ResolverError>

    private enum State {
        case open
        case awaited(CheckedContinuation<Answer, Never>)
        case answered(Answer)
    }

    /// Threads of its own: name servers that do not answer hold up nothing else.
    private static let pool: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 8)
        pool.start()
        return pool
    }()

    /// By name, who waits for an answer: one name takes one thread, however many ask for it.
    private static let pending = Mutex<[String: [Lookup]]>([:])

    private let state = Mutex(State.open)

    static func run(_ name: String) async throws(ResolverError) -> [IPAddress] {
        let lookup = Lookup()
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                lookup.wait(continuation)
                lookup.join(name)
            }
        } onCancel: {
            lookup.answer(.failure(ResolverError("the call was cancelled")))
        }
        return try answer.get()
    }

    private func join(_ name: String) {
        let isFirst = Self.pending.withLock { pending in
            pending[name, default: []].append(self)
            return pending[name]?.count == 1
        }
        guard isFirst else { return }
        Self.pool.submit { _ in
            let isWanted = Self.pending.withLock { pending in
                let isWanted = pending[name, default: []].contains { !$0.isAnswered }
                if !isWanted { pending[name] = nil }
                return isWanted
            }
            guard isWanted else { return }
            let answer = Self.find(name)
            let lookups = Self.pending.withLock { $0.removeValue(forKey: name) } ?? []
            for lookup in lookups { lookup.answer(answer) }
        }
    }

    private func wait(_ continuation: CheckedContinuation<Answer, Never>) {
        let answer = state.withLock { state -> Answer? in
            if case .answered(let answer) = state { return answer }
            state = .awaited(continuation)
            return nil
        }
        if let answer { continuation.resume(returning: answer) }
    }

    private var isAnswered: Bool {
        state.withLock { if case .answered = $0 { true } else { false } }
    }

    private func answer(_ answer: Answer) {
        let continuation = state.withLock { state -> CheckedContinuation<Answer, Never>? in
            defer { if case .answered = state {} else { state = .answered(answer) } }
            if case .awaited(let continuation) = state { return continuation }
            return nil
        }
        continuation?.resume(returning: answer)
    }

    // MARK: The system

    private static func find(_ name: String) -> Answer {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = Int32(SOCK_STREAM)
        #endif
        var first: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &first)
        defer { if let first { freeaddrinfo(first) } }
        switch code {
        case 0: return .success(addresses(first))
        case EAI_NONAME: return .success([])
        default: return .failure(ResolverError(String(cString: gai_strerror(code))))
        }
    }

    private static func addresses(_ first: UnsafeMutablePointer<addrinfo>?) -> [IPAddress] {
        var found: [IPAddress] = []
        var entry = first
        while let current = entry?.pointee {
            if let address = address(current), !found.contains(address) { found.append(address) }
            entry = current.ai_next
        }
        return found
    }

    /// By way of its text, which the system writes for every family; a zone after it is left out.
    private static func address(_ entry: addrinfo) -> IPAddress? {
        var text = [CChar](repeating: 0, count: 128)
        let code = getnameinfo(
            entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
        guard code == 0 else { return nil }
        let bytes = text.prefix { $0 != 0 && $0 != CChar(bitPattern: UInt8(ascii: "%")) }
        return IPAddress(parsing: String(decoding: bytes.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
}
