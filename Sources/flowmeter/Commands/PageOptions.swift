import ArgumentParser
import Workflow

/// Which page of a list.
struct PageOptions: ParsableArguments {
    @Option(help: "How many at most.")
    var limit: Int?

    @Option(help: "Go on where the list before ended.")
    var cursor: String?

    var query: [(String, String?)] { [("limit", limit.map(String.init)), ("cursor", cursor)] }

    func items(_ answer: APIClient.Answer) -> [JSONObject] {
        (answer.json.object?["items"]?.array ?? []).compactMap(\.object)
    }

    /// Prints the table, and how to get the next page when there is one.
    func print(_ table: Table, of answer: APIClient.Answer, none: String) {
        if table.isEmpty { return Console.line(none, to: .error) }
        Console.print(table.rendered())
        if let next = answer.json.object?["next"]?.string { Console.line("more: --cursor \(next)", to: .error) }
    }
}
