import Foundation

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
