import Documents
import Foundation
import Telemetry
import Wording

extension Configuration {
    private static let longestDialect = 1 << 20

    /// The dialects that are on: the engine's own, and those that were chosen.
    ///
    /// - Throws: ``CommandError`` when one cannot be read.
    func dialects() throws -> [Dialect] {
        var dialects = try Dialect.shipped([Dialect.own])
        for name in monitoringDialects { dialects.append(try Self.dialect(name)) }
        return dialects
    }

    /// A dialect by its name, or from its file.
    ///
    /// - Throws: ``CommandError`` when the file cannot be read.
    static func dialect(_ name: String) throws -> Dialect {
        let known = Dialect.choices + [Dialect.own]
        if let shipped = try Dialect.shipped(known.contains(name) ? [name] : []).first { return shipped }
        if !name.contains("/"), !name.contains("."), let nearest = NearestWord.find(name, among: known) {
            throw CommandError(.usage, "there is no dialect \(name)", remedy: "did you mean \(nearest)?")
        }
        return try dialect(at: name)
    }

    private static func dialect(at path: String) throws -> Dialect {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw CommandError(
                .refused, "the dialect \(path) cannot be read: \(describe(fileError: error))",
                remedy: "name one of \(Prose.list(Dialect.choices)), or a file")
        }
        do {
            return try Dialect(yaml: SourceFile(path: path, bytes: Array(bytes.prefix(longestDialect + 1))))
        } catch {
            throw CommandError(.refused, "the dialect cannot be used", remedy: error.description)
        }
    }
}
