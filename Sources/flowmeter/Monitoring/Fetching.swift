import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Reads from addresses that the user names.
enum Fetching {
    /// An answer that is longer than it may be.
    struct TooLong: Error {}

    private static let largest = 64 << 20

    /// The body of an answer of 200.
    ///
    /// - Throws: ``CommandError`` when there is none; ``TooLong``.
    static func bytes(
        _ address: String, accepting type: String, limit: Int = largest, patience: TimeAmount = .seconds(10)
    ) async throws -> [UInt8] {
        do {
            var request = HTTPClientRequest(url: address)
            request.headers.add(name: "Accept", value: type)
            let response = try await HTTPClient.shared.execute(request, timeout: patience)
            guard response.status == .ok else {
                throw CommandError(.unreachable, "\(address) answers \(response.status.code)")
            }
            return Array(buffer: try await response.body.collect(upTo: limit))
        } catch is NIOTooManyBytesError {
            throw TooLong()
        } catch let error as CommandError {
            throw error
        } catch {
            throw CommandError(
                .unreachable, "\(address) cannot be read: \(error)", remedy: "check that it can be reached from here")
        }
    }
}
