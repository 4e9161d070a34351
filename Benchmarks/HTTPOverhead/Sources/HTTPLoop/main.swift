import HTTPTypes
import Hummingbird
import Instruments
import InstrumentsHummingbird
import Logging
import NIOCore

// Nanoseconds that the middleware adds to a request that nothing else is done for, two reads of the clock among them.

struct LoopSource: RequestContextSource {
    let logger = Logger(label: "loop")
}

struct Context: RequestContext {
    typealias Source = LoopSource

    var coreContext: CoreRequestContextStorage

    init(source: LoopSource) { coreContext = CoreRequestContextStorage(source: source) }
}

let middleware = try HTTPMetricsMiddleware<Context>(registry: Registry(), service: "shop")

// Not inlined, so that the loop without the middleware does the same work.
@Sendable @concurrent @inline(never) func answer(_ request: Request, _ context: Context) async throws -> Response {
    Response(status: .ok)
}

@Sendable func bare(_ turns: Int) async throws {
    let (request, context) = exchange()
    for _ in 0..<turns { _ = try await answer(request, context) }
}

@Sendable func measured(_ turns: Int) async throws {
    let (request, context) = exchange()
    for _ in 0..<turns { _ = try await middleware.handle(request, context: context, next: answer) }
}

func exchange() -> (Request, Context) {
    let context = Context(source: LoopSource())
    // As a router keeps it: not a constant, and the same storage for each request.
    let path: String = ["", "api", "v1", "orders", "{id}"].joined(separator: "/")
    context.coreContext.endpointPath.value = path
    let head = HTTPRequest(
        method: .get, scheme: "http", authority: "localhost", path: "/orders/4711",
        headerFields: [.accept: "*/*", .userAgent: "loop", .acceptEncoding: "gzip"])
    return (Request(head: head, body: RequestBody(buffer: ByteBuffer())), context)
}

/// Nanoseconds per turn of each task.
func time(tasks: Int, _ loop: @escaping @Sendable (Int) async throws -> Void) async throws -> Double {
    let turns = 300_000
    let duration = try await ContinuousClock().measure {
        try await withThrowingTaskGroup { group in
            for _ in 0..<tasks { group.addTask { @concurrent in try await loop(turns) } }
            try await group.waitForAll()
        }
    }
    return duration / .nanoseconds(1) / Double(turns)
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

for tasks in [1, 2] {
    var differences: [Double] = []
    for _ in 0..<9 {
        let without = try await time(tasks: tasks, bare)
        differences.append(try await time(tasks: tasks, measured) - without)
    }
    print(
        "the middleware, requests at once: \(tasks): \(Int(median(differences).rounded())) ns",
        "(\(Int(differences.min()!.rounded())) to \(Int(differences.max()!.rounded())))")
}
