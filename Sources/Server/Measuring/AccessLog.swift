import HTTPTypes
import Logging
import NIOCore

/// One line for a request: all of them at the level debug, slow ones at warning, failures of the server at error.
struct AccessLog: Sendable {
    private let logger: Logger
    private let logsAll: Bool
    private static let slow = TimeAmount.seconds(1)

    init(logger: Logger) {
        self.logger = logger
        logsAll = logger.logLevel <= .debug
    }

    struct Entry {
        let requestID: String
        let method: HTTPRequest.Method
        /// The route's template.
        let path: String
        let status: Int
        let elapsed: TimeAmount
        let keyID: String?
        /// Whether the client asked for an answer that may take its time.
        let waits: Bool
        /// Why it failed, if the server did.
        let cause: String?
    }

    func record(_ entry: @autoclosure () -> Entry, status: Int, elapsed: TimeAmount) {
        guard logsAll || status >= 500 || elapsed >= Self.slow else { return }
        let entry = entry()
        switch entry.status {
        case 500...: logger.error("request failed", metadata: metadata(entry))
        case _ where elapsed >= Self.slow && !entry.waits: logger.warning("slow request", metadata: metadata(entry))
        default: logger.debug("request", metadata: metadata(entry))
        }
    }

    private func metadata(_ entry: Entry) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "request_id": "\(entry.requestID)", "method": "\(entry.method.rawValue)", "path": "\(entry.path)",
            "status": "\(entry.status)", "duration_ms": "\(Double(entry.elapsed.nanoseconds / 1000) / 1000)",
        ]
        if let keyID = entry.keyID { metadata["key_id"] = "\(keyID)" }
        if let cause = entry.cause { metadata["cause"] = "\(cause)" }
        return metadata
    }
}
