import Workflow

/// A list of paths that waits for one event name compare.
struct Shape {
    let key: Int64
    /// The paths as text, ascending.
    let texts: [String]
    private let paths: [Path]

    /// - Parameter encoded: the paths, as ``TextList`` writes them.
    init(key: Int64, encoded: String) throws(VerbFailure) {
        self.key = key
        texts = try TextList.decode(encoded)
        var paths: [Path] = []
        for text in texts {
            do throws(ExpressionError) {
                paths.append(try Path(parsing: text))
            } catch {
                throw .refused(.corrupt("'\(text)' is no path: \(error)"))
            }
        }
        self.paths = paths
    }

    /// What a wait must expect to match this data; nil when one of the paths leads nowhere.
    func expected(of data: JSONValue) -> [UInt8]? {
        guard let object = data.object else { return paths.isEmpty ? [] : nil }
        var values: [JSONValue] = []
        for path in paths {
            guard let value = path.resolve(in: object) else { return nil }
            values.append(value)
        }
        return CanonicalValue(values).bytes
    }
}

extension EventWait {
    /// The fields in the order in which their shape lists them.
    var sortedMatch: [(path: String, value: JSONValue)] {
        match.map { (path: $0.path.description, value: $0.value) }.sorted { $0.path < $1.path }
    }
}
