import Workflow

/// A problem of a definition, as the API sends it.
struct Finding {
    let object: JSONObject

    init(_ object: JSONObject) { self.object = object }

    /// Place, message and remedy; the line itself is shown where the file has been read by this program.
    func rendered(file: String) -> String {
        let place = [object["line"], object["column"]].compactMap { $0?.integer }.map { ":\($0)" }.joined()
        let severity = object["severity"]?.string ?? "error"
        let code = object["code"]?.string.map { " [\($0)]" } ?? ""
        let remedy = object["remedy"]?.string.map { "\n  help: \($0)" } ?? ""
        let message = object["message"]?.string ?? ""
        return "\(file)\(place): \(severity): \(message.printable)\(code)\(remedy)"
    }
}
