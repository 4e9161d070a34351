import Logging
import Testing
import Workflow

@testable import flowmeter

@Suite struct JSONLogHandlerTests {
    private func record(
        _ message: Logger.Message, _ metadata: Logger.Metadata?,
        handler: JSONLogHandler = .init(label: "l", level: .info)
    ) throws -> JSONObject {
        let event = LogEvent(
            level: .warning, message: message, metadata: metadata, source: nil, file: "f", function: "g", line: 1)
        let line = handler.line(for: event, at: Timestamp(microseconds: 1_700_000_000_000_000))
        #expect(line.last == UInt8(ascii: "\n"))
        #expect(line.count { $0 == UInt8(ascii: "\n") } == 1)
        return try #require(try JSONValue(parsing: line.dropLast()).object)
    }

    @Test func aRecordIsOneLineOfJSON() throws {
        let record = try record("say \"hi\"\n\u{1B}[2J é", ["request_id": "r-1"])
        #expect(
            record == [
                "time": "2023-11-14T22:13:20.000000Z", "level": "warning", "logger": "l",
                "message": "say \"hi\"\n\u{1B}[2J é", "request_id": "r-1",
            ])
    }

    @Test func metadataKeepsItsShape() throws {
        let record = try record(
            "m",
            [
                "count": .stringConvertible(3), "ok": .stringConvertible(true), "ratio": .stringConvertible(0.5),
                "list": ["a", .stringConvertible(1)], "map": ["x": "y"], "level": "mine",
            ])
        #expect(record["count"] == 3)
        #expect(record["ok"] == true)
        #expect(record["ratio"] == 0.5)
        #expect(record["list"] == ["a", 1])
        #expect(record["map"] == ["x": "y"])
        #expect(record["level"] == "warning")
        #expect(record["_level"] == "mine")
    }

    @Test func theNearestMetadataWins() throws {
        var handler = JSONLogHandler(label: "l", level: .info)
        handler[metadataKey: "a"] = "handler"
        handler[metadataKey: "b"] = "handler"
        handler[metadataKey: "c"] = "handler"
        handler.metadataProvider = .init { ["b": "provider", "c": "provider"] }
        let record = try record("m", ["c": "statement"], handler: handler)
        #expect(record["a"] == "handler")
        #expect(record["b"] == "provider")
        #expect(record["c"] == "statement")
    }

    @Test(arguments: ["authorization", "Authorization", "api_key", "token", "password"])
    func secretsAreMasked(_ name: String) throws {
        #expect(try record("m", [name: "s3cret"])[name] == "********")
        #expect(try record("m", ["headers": [name: "s3cret"]])["headers"]?.object?[name] == "********")
    }
}
