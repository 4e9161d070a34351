import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Reads from addresses that the user names.
enum Fetching {
    /// An answer that is not what was asked for.
    enum Refusal: Error {
        /// Another status than 200.
        case status(UInt)
        /// Longer than it may be.
        case tooLong
    }

    private static let largest = 64 << 20

    /// One for all addresses, so that a Prometheus is asked many things over one connection. It lives as long as the process.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        // What nobody listens at is told at once.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(configuration: configuration)
    }()

    /// The body of an answer of 200.
    ///
    /// - Throws: ``Refusal``; ``CommandError`` when no answer comes.
    static func bytes(
        _ address: String, accepting type: String, limit: Int = largest, patience: TimeAmount = .seconds(10)
    ) async throws -> [UInt8] {
        let (shown, plain, own) = parts(of: address)
        let credentials = try own ?? token()
        do {
            var request = HTTPClientRequest(url: plain)
            request.headers.add(name: "Accept", value: type)
            if let credentials { request.headers.add(name: "Authorization", value: credentials) }
            let response = try await client.execute(request, timeout: patience)
            guard response.status == .ok else { throw Refusal.status(response.status.code) }
            return Array(buffer: try await response.body.collect(upTo: limit))
        } catch is NIOTooManyBytesError {
            throw Refusal.tooLong
        } catch let error as Refusal {
            throw error
        } catch {
            let failure = ConnectionFailure(error, server: shown, patience: .nanoseconds(patience.nanoseconds))
            throw CommandError(
                .unreachable, "\(shown) cannot be read: \(failure.reason)",
                remedy: "check that it can be reached from here")
        }
    }

    /// An address without the name and password that may stand in it, and these as HTTP sends them.
    private static func parts(of address: String) -> (shown: String, plain: String, credentials: String?) {
        guard var parts = URLComponents(string: address), let user = parts.user else { return (address, address, nil) }
        let secret = Data("\(user):\(parts.password ?? "")".utf8).base64EncodedString()
        (parts.user, parts.password) = (nil, nil)
        let plain = parts.string ?? address
        return (plain, plain, "Basic \(secret)")
    }

    /// For addresses without a name and password.
    private static func token() throws -> String? {
        guard let token = ProcessInfo.processInfo.environment[Settings.catalogueToken] else { return nil }
        guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw CommandError(
                .usage, "\(Settings.catalogueToken) is empty, or holds a space, a line end or another character",
                remedy: "set it to the token alone, or unset it")
        }
        return "Bearer \(token)"
    }

    /// An address as it may be shown: without a password.
    static func shown(_ address: String) -> String { parts(of: address).shown }
}

extension Fetching.Refusal {
    /// For the user, who named the address.
    func error(_ address: String) -> CommandError {
        switch self {
        case .status(let code): CommandError(.unreachable, "\(Fetching.shown(address)) answers \(code)")
        case .tooLong: CommandError(.usage, "\(Fetching.shown(address)) answers with too much to be read")
        }
    }
}
