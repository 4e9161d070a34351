import ArgumentParser
import Foundation
import Workflow

/// Data that the user gives, in a file or on the command line.
struct DataOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Take the data, a JSON object, from this file; - is stdin.", valueName: "FILE"))
    var file: String?

    @Option(help: ArgumentHelp("The data, a JSON object.", valueName: "JSON"))
    var data: String?

    func validate() throws {
        if file != nil && data != nil { throw ValidationError("--file and --data exclude each other.") }
    }

    /// Nil when none is given.
    func object() throws -> JSONObject? {
        if let data { return try parseObject(Array(data.utf8), from: "--data") }
        return try file.map { try parseObject(try InputFile.bytes($0), from: $0 == "-" ? "stdin" : $0) }
    }
}

/// How long to wait for what was started to end.
struct WaitOptions: ParsableArguments {
    @Option(
        defaultAsFlag: "5s",
        help: "Wait this long for what it starts to end, and print what came of it; 5s when no time is named.")
    var wait: String?

    var query: [(String, String?)] { [("wait", wait)] }

    func patience() throws -> Duration { try wait.map(parseDuration) ?? .zero }
}

/// Reads a duration as definitions write them.
func parseDuration(_ text: String) throws -> Duration {
    do {
        return try Duration(parsing: text)
    } catch {
        throw CommandError(.usage, "\(error.message)", remedy: error.remedy)
    }
}

/// Reads data that must be a JSON object.
///
/// - Parameter name: of the file or option that it comes from.
func parseObject(_ bytes: [UInt8], from name: String) throws -> JSONObject {
    do {
        let value = try JSONValue(parsing: bytes)
        if let object = value.object { return object }
        throw CommandError(.usage, "\(name): the data is \(value.kindName), not an object")
    } catch let error as JSONError {
        throw CommandError(.usage, "\(name):\(error.line):\(error.column): \(error.message)", remedy: error.remedy)
    }
}

/// Files that the user names.
enum InputFile {
    private static let maximumSize = 16 << 20

    /// The bytes of a file, or of stdin when the path is `-`.
    static func bytes(_ path: String) throws -> [UInt8] {
        let data: Data
        do {
            data =
                path == "-"
                ? try FileHandle.standardInput.readToEnd() ?? Data()
                : try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw CommandError(.usage, "\(path): \(describe(fileError: error))")
        }
        guard data.count <= maximumSize else { throw CommandError(.usage, "\(path): is larger than 16 MiB") }
        return Array(data)
    }
}
