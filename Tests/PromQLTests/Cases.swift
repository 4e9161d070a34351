import Testing

/// A query that is right, and its canonical form.
struct AcceptedCase: CustomTestStringConvertible {
    let query: String
    let canonical: String

    init(_ query: String, _ canonical: String? = nil) {
        self.query = query
        self.canonical = canonical ?? query
    }

    var testDescription: String { query }

    static let all = [AcceptedCase("up")]
}

/// A query that is wrong: where, and what is said of it.
struct RefusedCase: CustomTestStringConvertible {
    let query: String
    /// The part that is wrong.
    let range: Range<Int>
    let message: String

    init(_ query: String, _ range: Range<Int>, _ message: String) {
        self.query = query
        self.range = range
        self.message = message
    }

    var testDescription: String { query }

    static let all = [RefusedCase("", 0..<0, "the query is empty")]
}
