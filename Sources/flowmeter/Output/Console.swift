import Foundation

/// Writes for people and for pipes. Output goes to stdout, everything that is said beside it to stderr.
enum Console {
    enum Stream: Int32 {
        case output = 1
        case error = 2
    }

    static func print(_ text: String) { line(text, to: .output) }

    static func error(_ message: String, remedy: String? = nil) {
        line("error: \(message)" + (remedy.map { "\n  \($0)" } ?? ""), to: .error)
    }

    static func warning(_ message: String) { line("warning: \(message)", to: .error) }

    static func line(_ text: String, to stream: Stream) {
        write(Array((text.hasSuffix("\n") ? text : text + "\n").utf8), to: stream)
    }

    /// Writes all bytes; a closed pipe ends the writing, not the program.
    static func write(_ bytes: [UInt8], to stream: Stream) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(stream.rawValue, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

/// The message of an errno.
func systemMessage(_ code: Int32) -> String { String(cString: strerror(code)) }

/// What went wrong with a file, in few words and without its path.
func describe(fileError error: any Error) -> String {
    let cocoa = error as NSError
    if let under = cocoa.userInfo[NSUnderlyingErrorKey] as? NSError, under.domain == NSPOSIXErrorDomain {
        return systemMessage(Int32(under.code)).lowercasedFirst
    }
    switch CocoaError.Code(rawValue: cocoa.code) {
    case .fileReadNoSuchFile, .fileNoSuchFile: return "no such file or directory"
    case .fileReadNoPermission, .fileWriteNoPermission: return "permission denied"
    default: return cocoa.localizedDescription
    }
}

extension String {
    var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}

/// Why a file is not what it should be, without the names of our types.
func describe(decodingError error: any Error) -> String {
    func path(_ context: DecodingError.Context) -> String {
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return path.isEmpty ? "" : " in \(path)"
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context): return "it has no \(key.stringValue)\(path(context))"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
        return "something else stands\(path(context))"
    default: return "it is no JSON"
    }
}
