import AsyncHTTPClient
import InstrumentsPushgateway
import NIOCore

extension Pushgateway {
    /// One that gives a push all the time that the slowest machine may take.
    static func patient(
        _ address: String, job: String, grouping: KeyValuePairs<String, String> = [:],
        authorization: Authorization? = nil, client: HTTPClient = .shared
    ) throws(PushError) -> Pushgateway {
        try Pushgateway(
            address, job: job, grouping: grouping, authorization: authorization, timeout: .seconds(600),
            client: client)
    }
}

extension HTTPClient {
    /// Runs one for as long as the work takes. It tries to connect once, has all the time to do so, and follows no
    /// redirection.
    static func patient(_ work: (HTTPClient) async throws -> Void) async throws {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout.connect = .seconds(600)
        let client = HTTPClient(configuration: configuration)
        do {
            try await work(client)
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }
}
