import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

/// Turns what went wrong on the way into words.
struct PushFailure {
    let address: String
    let timeout: Duration

    func error(_ error: any Error) -> PushError {
        switch error {
        case let error as HTTPClientError: client(error)
        case is CancellationError: cancelled
        case let error as NIOConnectionError:
            unreachable(error.connectionErrors.last.map { "\($0.error)" } ?? "the name \(error.host) has no address")
        default: unreachable("\(error)")
        }
    }

    private func client(_ error: HTTPClientError) -> PushError {
        switch error {
        case .connectTimeout, .readTimeout, .writeTimeout, .deadlineExceeded, .getConnectionFromPoolTimeout,
            .tlsHandshakeTimeout, .httpProxyHandshakeTimeout, .socksHandshakeTimeout:
            PushError(
                .timeout, "\(address) gave no answer within \(timeout)",
                remedy: "See whether it is up and can be reached from here, or allow more time")
        case .cancelled, .requestStreamCancelled: cancelled
        case .redirectLimitReached, .redirectCycleDetected: redirection(nil, to: "ever other addresses")
        case .invalidURL, .emptyHost, .emptyScheme:
            PushError(
                .invalidAddress, "\"\(address)\" is no address of a gateway", remedy: "Write it as http://HOST:PORT")
        default: unreachable(error.shortDescription)
        }
    }

    private var cancelled: PushError {
        PushError(
            .cancelled, "the push to \(address) was cancelled",
            remedy: "Push before the task that pushes is cancelled, or in one of its own")
    }

    private func unreachable(_ reason: String) -> PushError {
        PushError(
            .unreachable, "cannot reach \(address): \(reason)",
            remedy: "See whether a gateway listens there and can be reached from here")
    }

    private func unexpected(_ answer: String, status: Int?) -> PushError {
        PushError(
            .unexpectedAnswer, "\(address) answered with \(answer)",
            remedy: "See whether that is the address of a gateway, with its route prefix", status: status)
    }

    /// - Parameter status: nil if there were too many.
    func redirection(_ status: HTTPResponseStatus?, to target: String?) -> PushError {
        PushError(
            .unexpectedAnswer, "\(address) redirects to \(target ?? "nowhere")",
            remedy: "Name the address where it ends: on the way there, a push may turn into something else",
            status: status.map { Int($0.code) })
    }

    /// Throws unless the push was taken.
    func check(_ status: HTTPResponseStatus, location: String?, text: String) throws(PushError) {
        let code = Int(status.code)
        switch code {
        case 200..<300: return
        case 300..<400: throw redirection(status, to: location)
        case 400:
            throw PushError(
                .refused, "the gateway refuses the metrics: \(Self.oneLine(text))",
                remedy: "Make types and labels agree with what other jobs have pushed, or delete that", status: code)
        case 401, 403:
            throw PushError(
                .unauthorized, "\(address) answered \(code)",
                remedy: "Pass the credentials that it wants as `authorization`", status: code)
        case 413:
            throw PushError(
                .refused, "the push is too large for \(address)", remedy: "Push fewer series, or raise its limit",
                status: code)
        default:
            let text = Self.oneLine(text)
            throw unexpected(text.isEmpty ? "\(code)" : "\(code): \(text)", status: code)
        }
    }

    /// At most so many characters of it.
    private static let longest = 500

    private static func oneLine(_ text: String) -> String {
        let line = text.split { $0.isNewline }.joined(separator: " ")
        return line.count > longest ? "\(line.prefix(longest))…" : line
    }
}
