import Foundation
import ProgramUnderTest
import Testing

/// How `flowmeter serve` starts, stops, and refuses to start.
@Suite struct ServeTests {
    @Test func theFirstStartAloneShowsAKey() throws {
        let data = try TemporaryDirectory()
        let first = try RunningServer(arguments: ["--data", data.path])
        #expect(first.key.hasPrefix("fm_"))
        #expect(first.stop() == 0)
        let second = try RunningServer(arguments: ["--data", data.path])
        #expect(second.key.isEmpty)
        let program = BuiltProgram(
            directory: data.path, environment: ["FLOWMETER_SERVER": second.address, "FLOWMETER_API_KEY": first.key])
        #expect(try program.run(["workflow", "list"]).status == 0)
        #expect(second.stop() == 0)
    }

    @Test func aPresetKeyIsNotShown() throws {
        let preset = "preset-0123456789abcdef"
        let server = try RunningServer(arguments: ["--admin-key", preset])
        #expect(!server.banner.contains("admin API key"))
        let program = BuiltProgram(
            directory: "/", environment: ["FLOWMETER_SERVER": server.address, "FLOWMETER_API_KEY": preset])
        #expect(try program.run(["key", "list"]).status == 0)
        #expect(!server.log.contains(preset))
    }

    @Test func aDataDirectoryHasOneProcess() throws {
        let data = try TemporaryDirectory()
        let server = try RunningServer(arguments: ["--data", data.path])
        let second = try BuiltProgram(directory: data.path).run([
            "serve", "--data", data.path, "--listen", "127.0.0.1:0",
        ])
        #expect(second.status == 1)
        #expect(second.errors.contains("is in use by process"))
        #expect(server.stop() == 0)
    }

    @Test func theDataDirectoryIsItsOwnersAlone() throws {
        let parent = try TemporaryDirectory()
        let server = try RunningServer(arguments: ["--data", parent.path + "/a/data"])
        let attributes = try FileManager.default.attributesOfItem(atPath: parent.path + "/a/data")
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o700)
        #expect(server.stop() == 0)
    }

    @Test func anAddressInUseIsNamed() throws {
        let server = try RunningServer()
        let taken = server.address.replacing("http://", with: "")
        let directory = try TemporaryDirectory()
        let second = try BuiltProgram(directory: directory.path).run(["serve", "--listen", taken])
        #expect(second.status == 1)
        #expect(second.errors.contains(taken), "\(second.errors)")
        #expect(second.errors.contains("in use"), "\(second.errors)")
    }

    @Test func everyLogLineIsJSON() throws {
        let server = try RunningServer(arguments: ["--log-level", "debug"])
        _ = try BuiltProgram(directory: "/", environment: server.environment).run(["workflow", "list"])
        #expect(server.stop() == 0)
        let lines = server.log.split(separator: "\n")
        #expect(!lines.isEmpty)
        for line in lines {
            let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            #expect(object?["message"] != nil, "\(line)")
        }
    }
}
