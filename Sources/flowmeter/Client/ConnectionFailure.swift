import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix

/// Why no answer came, in words.
struct ConnectionFailure {
    let reason: String
    let server: String

    init(_ error: any Error, server: String, patience: Duration) {
        self.server = server
        reason = Self.reason(error, patience)
    }

    var commandError: CommandError {
        CommandError(
            .unreachable, "cannot reach \(server): \(reason)",
            remedy: "start it with `flowmeter serve`, or name another with --server")
    }

    private static func reason(_ error: any Error, _ patience: Duration) -> String {
        switch error {
        case let error as HTTPClientError: reason(error, patience)
        case let error as NIOConnectionError: reason(error)
        case let error as IOError: systemMessage(error.errnoCode).lowercasedFirst
        // Texts of libraries may tell of the machine that built them.
        default: "the connection failed (\(type(of: error)))"
        }
    }

    private static func reason(_ error: HTTPClientError, _ patience: Duration) -> String {
        switch error {
        case .connectTimeout: "no connection within 5 s"
        case .deadlineExceeded, .readTimeout: "no answer within \(patience.components.seconds) s"
        case .remoteConnectionClosed: "it closed the connection"
        default: error.shortDescription
        }
    }

    /// The reason of the last address that was tried, or that the name means nothing.
    private static func reason(_ error: NIOConnectionError) -> String {
        if let last = error.connectionErrors.last {
            return (last.error as? IOError).map { systemMessage($0.errnoCode).lowercasedFirst } ?? "\(last.error)"
        }
        return "the name \(error.host) has no address"
    }
}
