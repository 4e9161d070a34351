import NIOCore
import NIOPosix

/// A port that nobody listens on.
package enum FreePort {
    /// Asks the kernel for one on loopback, and gives it back: somebody else could take it before the caller does.
    package static func find() async throws -> Int {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        let channel = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port ?? 0
        try await channel.close()
        return port
    }
}
