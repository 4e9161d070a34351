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

    /// The body of an answer of 200.
    ///
    /// - Throws: ``Refusal``; ``CommandError`` when no answer comes.
    static func bytes(
        _ address: String, accepting type: String, limit: Int = largest, patience: TimeAmount = .seconds(10)
    ) async throws -> [UInt8] {
        do {
            var request = HTTPClientRequest(url: address)
            request.headers.add(name: "Accept", value: type)
            let response = try await HTTPClient.shared.execute(request, timeout: patience)
            guard response.status == .ok else { throw Refusal.status(response.status.code) }
            return Array(buffer: try await response.body.collect(upTo: limit))
        } catch is NIOTooManyBytesError {
            throw Refusal.tooLong
        } catch let error as Refusal {
            throw error
        } catch {
            throw CommandError(
                .unreachable, "\(address) cannot be read: \(error)", remedy: "check that it can be reached from here")
        }
    }
}

extension Fetching.Refusal {
    /// For the user, who named the address.
    func error(_ address: String) -> CommandError {
        switch self {
        case .status(let code): CommandError(.unreachable, "\(address) answers \(code)")
        case .tooLong: CommandError(.refused, "\(address) answers with too much to be read")
        }
    }
}
