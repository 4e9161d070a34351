import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Workflow

/// One event that a server sent.
struct ServerEvent {
    var name = ""
    var data = ""

    var isEmpty: Bool { name.isEmpty && data.isEmpty }
    /// Both, on one line.
    var json: String { "{\"event\":\(JSONValue.string(name)),\"data\":\(data)}" }
}

extension APIClient {
    /// Hands over each event of a stream, up to the event `end`.
    ///
    /// - Throws: also when the stream ends before that.
    func follow(
        _ path: [String], query: [(String, String?)] = [], _ body: (ServerEvent) -> Void
    ) async throws {
        let response: HTTPClientResponse
        do {
            response = try await http.execute(request(path, query), deadline: .distantFuture)
        } catch {
            throw ConnectionFailure(error, server: base, patience: Self.patience).commandError
        }
        guard response.status.code == 200 else {
            let bytes = try await response.body.collect(upTo: 1 << 20)
            _ = try read(response.status.code, Array(bytes.readableBytesView))
            throw CommandError(.unreachable, "\(base) did not answer with a stream")
        }
        var lines = EventLines()
        do {
            for try await buffer in response.body {
                for event in lines.events(in: buffer.readableBytesView) {
                    if event.name == "closed" { throw Self.cutOff(event) }
                    body(event)
                    if event.name == "end" { return }
                }
            }
        } catch let error as CommandError {
            throw error
        } catch {}
        throw CommandError(.unreachable, "the connection to \(base) broke before the end", remedy: Self.again)
    }
}

extension APIClient {
    private static let again = "run the command again"

    private static func cutOff(_ event: ServerEvent) -> CommandError {
        let data = try? JSONValue(parsing: Array(event.data.utf8), limits: .trusted)
        let detail = data?.object?["detail"]?.string?.printable ?? "it does not say why"
        return CommandError(.unreachable, "the server ended the stream: \(detail)", remedy: again)
    }
}

/// Puts events together out of the bytes of a stream.
struct EventLines {
    private var line: [UInt8] = []
    private var event = ServerEvent()

    mutating func events(in bytes: some Sequence<UInt8>) -> [ServerEvent] {
        var events: [ServerEvent] = []
        for byte in bytes {
            guard byte == 0x0A else {
                line.append(byte)
                continue
            }
            if line.isEmpty {
                if !event.isEmpty { events.append(event) }
                event = ServerEvent()
            } else {
                take(String(decoding: line, as: UTF8.self))
            }
            line.removeAll(keepingCapacity: true)
        }
        return events
    }

    private mutating func take(_ line: String) {
        if line.hasPrefix("event: ") { event.name = String(line.dropFirst(7)) }
        if line.hasPrefix("data: ") { event.data += line.dropFirst(6) }
    }
}
