import ArgumentParser
import Foundation
import SQLiteJournal
import Workflow

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy the database, also while the server runs, and check copies.",
        discussion: "`flowmeter backup PATH` copies; `flowmeter backup verify PATH` checks.",
        subcommands: [Make.self, Verify.self], defaultSubcommand: Make.self)

    struct Make: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a whole, checked copy of the database to a new file.",
            discussion: """
                Run it on the server's machine, as the server's user. The copy holds all that was acknowledged before \
                it began. It finds the data directory as `serve` does.
                """)

        @Argument(help: ArgumentHelp("The file to write. Nothing may stand there.", valueName: "path"))
        var path: String

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var settings: ConfigurationOptions

        func run() throws {
            let directory = try settings.resolve().values.data
            let facts = try backingUp { () throws(SQLiteJournalError) in
                try SQLiteBackup.make(of: DataDirectory.database(in: directory), at: path)
            }
            Console.print(json ? facts.json(path).description : facts.text(path))
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read a whole copy, and say what it holds. Exit code 1 when it is damaged.")

        @Argument(help: ArgumentHelp("The copy.", valueName: "path"))
        var path: String

        @Flag(help: "Print JSON.")
        var json = false

        func run() throws {
            let facts = try backingUp { () throws(SQLiteJournalError) in try SQLiteBackup.verify(path) }
            Console.print(json ? facts.json(path).description : facts.text(path))
        }
    }
}

private func backingUp(_ body: () throws(SQLiteJournalError) -> JournalFacts) throws -> JournalFacts {
    do throws(SQLiteJournalError) {
        return try body()
    } catch {
        throw CommandError(
            error.code == .missing ? .usage : .refused, error.message.lowercasedFirst,
            remedy: error.remedy.lowercasedFirst)
    }
}

extension JournalFacts {
    fileprivate func text(_ path: String) -> String {
        fieldLines([
            ("file", path), ("schema", "\(schema)"), ("bytes", "\(bytes)"), ("workflows", "\(workflows)"),
            ("executions", "\(executions), \(active) of them not ended"), ("events", "\(events)"),
            ("last event", lastEvent?.description), ("integrity", "ok"),
        ])
    }

    fileprivate func json(_ path: String) -> JSONValue {
        [
            "file": .string(path), "schema": .integer(Int64(schema)), "bytes": .integer(Int64(bytes)),
            "workflows": .integer(Int64(workflows)), "executions": .integer(Int64(executions)),
            "active": .integer(Int64(active)), "events": .integer(Int64(events)),
            "last_event": lastEvent.map { .string($0.description) } ?? .null, "integrity": "ok",
        ]
    }
}
