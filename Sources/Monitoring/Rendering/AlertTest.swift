/// What an alert is to do when something happens. It is said here, and not found out from the alert's query: else a
/// wrong query would be as right as any.
struct AlertTest: Decodable {
    /// The labels of the alert that fires, besides its own.
    var labels: [String: Value]?
    /// `fires` if the alert fires when there are no series at all.
    var absent: String?
    /// One at least in which it fires, and one in which it does not.
    var cases: [AlertCase]
    /// What happens in the first case with other values of a label.
    var others: [OtherValues]?

    enum Value: Decodable {
        case text(String)
        /// What the target gives.
        case target

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self), flag {
                self = .target
            } else {
                self = .text(try container.decode(String.self))
            }
        }
    }
}

/// What happens, and whether the alert fires then.
struct AlertCase: Decodable {
    /// For people: `above 5 %`.
    var name: String
    var happens: [Happening]
    /// Nil if it does not fire.
    var fires: Firing?
    /// When to look whether it fires; if nothing is said, when it could have fired with all ranges of its query full.
    var until: String?

    struct Firing: Decodable {
        /// The first minute in which the alert's query is true. The alert fires when it has been so for its `for`.
        var from: String
        /// What `$value` is shown as.
        var value: String?
    }
}

/// Values of a label that a query lists, or leaves out.
struct OtherValues: Decodable {
    var label: String
    /// The value that the others take the place of.
    var of: String
    var fires: [String]
    var quiet: [String]
}

/// Something that happens once a minute.
struct Happening: Decodable {
    /// A family and the labels of its series: `http_requests_total{status="500"}`.
    var of: String
    /// How often it happens each time; of a gauge, by how much it grows.
    var step: Double?
    /// What a histogram observes each time.
    var at: Double?
    /// The value at first.
    var start: Double?
    /// All values, as promtool reads them, in place of `start` and `step`.
    var values: String?
}

extension AlertTest {
    /// All cases, each with the labels of the alert that fires.
    var all: [(AlertCase, [String: Value])] {
        cases.map { ($0, labels ?? [:]) }
            + (others ?? []).flatMap { other in
                other.fires.compactMap { variant(other, $0, fires: true) }
                    + other.quiet.compactMap { variant(other, $0, fires: false) }
            }
    }

    private func variant(_ other: OtherValues, _ value: String, fires: Bool) -> (AlertCase, [String: Value])? {
        guard var variant = cases.first else { return nil }
        variant.name = "with \(other.label) \(value)"
        for index in variant.happens.indices {
            variant.happens[index].of.replace("\(other.label)=\"\(other.of)\"", with: "\(other.label)=\"\(value)\"")
        }
        if !fires { variant.fires = nil }
        var labels = labels ?? [:]
        if case .text(other.of)? = labels[other.label] { labels[other.label] = .text(value) }
        return (variant, labels)
    }
}
