import ArgumentParser

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

    @Flag(help: "Print JSON.")
    var json = false

    func run() {
        if json {
            Console.print(
                "{\"version\":\"\(Version.number)\",\"commit\":\"\(Version.commit)\",\"swift\":\"\(Version.swift)\"}")
        } else {
            Console.print(Version.line)
        }
    }
}
