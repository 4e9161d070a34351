import NIOCore
import NIOPosix

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A port that nobody listens on.
package enum FreePort {
    /// Below those that the kernel hands out itself: to the other servers and connections of a test run.
    private static let range = 20_000..<32_000

    /// One on loopback, by chance, so that tests that ask at the same time hardly get the same.
    package static func find() async throws -> Int {
        while true {
            let port = Int.random(in: range)
            let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            do {
                try await bootstrap.bind(host: "127.0.0.1", port: port).get().close()
                return port
            } catch let error as IOError where error.errnoCode == EADDRINUSE {
                continue
            }
        }
    }
}
