import ArgumentParser
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
