import Foundation

/// Files that the user names.
enum InputFile {
    private static let maximumSize = 16 << 20

    /// The bytes of a file, or of stdin when the path is `-`.
    static func bytes(_ path: String) throws -> [UInt8] {
        var isDirectory: ObjCBool = false
        if path != "-", FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue {
            throw CommandError(.usage, "\(path): is a directory", remedy: "name a file")
        }
        let data: Data
        do {
            // Also what is no regular file, such as /dev/null and a pipe.
            let url = URL(fileURLWithPath: path)
            let file = try path == "-" ? FileHandle.standardInput : FileHandle(forReadingFrom: url)
            data = try file.read(upToCount: maximumSize + 1) ?? Data()
        } catch {
            throw CommandError(.usage, "\(path): \(describe(fileError: error))")
        }
        guard data.count <= maximumSize else { throw CommandError(.usage, "\(path): is larger than 16 MiB") }
        return Array(data)
    }
}
