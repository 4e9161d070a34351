import AsyncHTTPClient
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the HTTP client says when a connection fails, in words.
struct ConnectionTrouble: Sendable {
    /// As a clause without a full stop.
    let reason: String
    /// Whether a connection had stood, so that something may have been sent.
    let wasConnected: Bool

    /// Errors of the system that come before there is a connection.
    private static let early: Set<Int32> = [ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, EACCES, EPERM]

    init(_ error: any Error) {
        if let error = error as? IOError {
            reason = String(cString: strerror(error.errnoCode))
            wasConnected = !Self.early.contains(error.errnoCode)
        } else {
            reason = Self.reason(error)
            wasConnected = true
        }
    }

    private static func reason(_ error: any Error) -> String {
        if let error = error as? HTTPClientError {
            return error == .remoteConnectionClosed ? "the service closed it" : error.shortDescription
        }
        let text = "\(error)"
        // The errors of the TLS library are not ours to import; their texts name what BoringSSL says.
        if text.contains("CERTIFICATE_VERIFY_FAILED") { return "its certificate is not trusted" }
        if text.contains("failedToValidateHostname") { return "its certificate is for another name" }
        return text
    }
}
