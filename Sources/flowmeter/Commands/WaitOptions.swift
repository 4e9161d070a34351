import ArgumentParser
import Workflow

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
