import ArgumentParser
import Foundation

/// How a command finds the server and proves who asks.
struct ClientOptions: ParsableArguments {
    @Option(help: "The server's address; else FLOWMETER_SERVER, else http://127.0.0.1:8080.")
    var server: String?

    @Option(help: "The API key; else FLOWMETER_API_KEY. The variable keeps it out of the list of processes.")
    var key: String?

    @Flag(help: "Print what the server answered, untouched.")
    var json = false

    static let defaultServer = "http://127.0.0.1:8080"

    /// Runs the body with a client, and shuts the client down.
    func withClient<Result>(_ body: (APIClient) async throws -> Result) async throws -> Result {
        let environment = ProcessInfo.processInfo.environment
        let base = server ?? environment["FLOWMETER_SERVER"] ?? Self.defaultServer
        let key = key ?? environment["FLOWMETER_API_KEY"]
        if let key, !key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            throw CommandError(.usage, "the API key holds a space, a line end or another character that keys have not")
        }
        return try await APIClient.with(base: try Self.checked(base), key: key, body)
    }

    /// The address without a slash at its end.
    static func checked(_ base: String) throws -> String {
        guard let url = URL(string: base), let scheme = url.scheme, ["http", "https"].contains(scheme),
            url.host?.isEmpty == false, url.query == nil, url.fragment == nil
        else {
            throw CommandError(
                .usage, "\"\(base.printable)\" is not a server's address",
                remedy: "write it like http://127.0.0.1:8080")
        }
        return base.hasSuffix("/") ? String(base.dropLast()) : base
    }
}
