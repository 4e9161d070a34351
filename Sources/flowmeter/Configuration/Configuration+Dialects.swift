import Documents
import Foundation
import Telemetry

extension Configuration {
    private static let longestDialect = 1 << 20

    /// The dialects that are on: the engine's own, and those that were chosen.
    ///
    /// - Throws: ``CommandError`` when one cannot be read.
    func dialects() throws -> [Dialect] {
        var dialects = try Dialect.shipped([Dialect.own])
        for name in monitoringDialects {
            dialects += Dialect.choices.contains(name) ? try Dialect.shipped([name]) : [try Self.dialect(at: name)]
        }
        return dialects
    }

    private static func dialect(at path: String) throws -> Dialect {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw CommandError(
                .refused, "the dialect \(path) cannot be read: \(describe(fileError: error))",
                remedy: "name another file with --\(Settings.monitoringDialects.flag)")
        }
        do {
            return try Dialect(yaml: SourceFile(path: path, bytes: Array(bytes.prefix(longestDialect + 1))))
        } catch {
            throw CommandError(.refused, "the dialect cannot be used", remedy: error.description)
        }
    }
}
