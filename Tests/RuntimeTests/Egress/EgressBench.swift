import Synchronization
import Workflow

@testable import Runtime

/// A client with a clock that stands still and a name server that answers as a test says.
final class EgressBench: Sendable {
    let clock = ManualClock()
    let client: EgressClient
    private let observed: Observed

    private final class Observed: Sendable {
        let facts = Mutex<[EgressFact]>([])
        let lookups = Mutex<[String]>([])
    }

    var facts: [EgressFact] { observed.facts.withLock { $0 } }

    var outcomes: [EgressOutcome] {
        facts.compactMap { if case .call(let call) = $0 { call.outcome } else { nil } }
    }

    /// The names that were looked up, in order.
    var lookups: [String] { observed.lookups.withLock { $0 } }

    private init(
        allow: [String], _ options: EgressOptions, answer: @escaping @Sendable (_ name: String, _ turn: Int) -> [String]
    ) throws {
        var options = options
        options.rules = try EgressRules(allow: allow)
        // The one time that no clock of a test keeps.
        if options.connectTimeout == EgressOptions().connectTimeout { options.connectTimeout = .seconds(3_600) }
        let observed = Observed()
        let resolver = Resolver { name in
            let turn = observed.lookups.withLock { lookups in
                lookups.append(name)
                return lookups.count
            }
            return answer(name, turn).compactMap { IPAddress(parsing: $0) }
        }
        self.observed = observed
        client = EgressClient(
            options: options, environment: clock.environment, resolver: resolver,
            observe: { fact in observed.facts.withLock { $0.append(fact) } })
    }

    /// Makes one for as long as the body runs; names lead to 127.0.0.1 unless the test says otherwise.
    static func run<Value>(
        allow: [String] = ["127.0.0.1"], options: EgressOptions = EgressOptions(),
        answer: @escaping @Sendable (_ name: String, _ turn: Int) -> [String] = { _, _ in ["127.0.0.1"] },
        _ body: (EgressBench) async throws -> Value
    ) async throws -> Value {
        let bench = try EgressBench(allow: allow, options, answer: answer)
        let result: Result<Value, any Error>
        do { result = .success(try await body(bench)) } catch { result = .failure(error) }
        await bench.client.shutDown()
        return try result.get()
    }

    func get(_ url: String, follow: Bool = false) async throws(EgressError) -> EgressResponse {
        var request = EgressRequest(url: url)
        request.followsRedirects = follow
        return try await client.call(request)
    }
}
