import ArgumentParser
import Workflow

/// How long to wait for what was started to end.
struct WaitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Wait this long for what it starts to end, and print what came of it; 5s when no time is named.",
            valueName: "TIME"))
    var wait: String?

    /// The arguments, with `--wait=5s` for a `--wait` that names no time. The parser's own `defaultAsFlag` takes the time
    /// from `--wait=1s` where another option follows.
    static func complete(_ arguments: [String]) -> [String] {
        let options = arguments.prefix { $0 != "--" }
        let completed = options.indices.map { index in
            let next = index + 1 < options.count ? options[index + 1] : ""
            let isAlone = options[index] == "--wait" && (try? Duration(parsing: next)) == nil
            return isAlone ? "--wait=5s" : options[index]
        }
        return completed + arguments.dropFirst(options.count)
    }

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
