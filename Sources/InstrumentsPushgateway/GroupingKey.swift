import Instruments

/// The labels under which a gateway keeps what is pushed, as its addresses have them:
/// <https://github.com/prometheus/pushgateway#url>.
struct GroupingKey: Sendable {
    static let job = "job"

    /// The job first.
    private let labels: [(name: String, value: String)]

    init(job: String, labels: [(name: String, value: String)]) throws(PushError) {
        guard !job.isEmpty else {
            throw PushError(.invalidGrouping, "the job is empty", remedy: "Name the job, as gateways want one")
        }
        self.labels = [(Self.job, job)] + labels
        do {
            // The rules for label names are those of any family.
            _ = try Registry().gauge("key", help: "", labels: self.labels.map { Label($0.name, .declared) })
        } catch {
            throw PushError(
                .invalidGrouping, "the grouping key cannot be: \(error.message)",
                remedy: "The label job is always there; name each other label once")
        }
    }

    var names: Set<String> { Set(labels.map(\.name)) }

    /// `/metrics/job/NAME/LABEL/VALUE…`.
    var path: String { "/metrics" + labels.map { "/" + Self.segments($0.name, $0.value) }.joined() }

    /// A value goes as it is if it is plain, else in base64: an empty one would end the path, `/` would split it, and
    /// servers tidy `.` and `..` away.
    private static func segments(_ name: String, _ value: String) -> String {
        if value.isEmpty { return "\(name)@base64/=" }
        let isPlain = value.utf8.allSatisfy(isUnreserved) && value != "." && value != ".."
        return isPlain ? "\(name)/\(value)" : "\(name)@base64/\(Base64.url(value))"
    }

    /// RFC 3986, section 2.3.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// Throws if a series has a label of the key: the gateway would put the key's value in its place, and what differed
    /// in that label only would fall together.
    func check(_ families: [MetricFamily]) throws(PushError) {
        let names = names
        for family in families {
            guard let clash = family.series.first?.labels.first(where: { names.contains($0.name) }) else { continue }
            throw PushError(
                .labelClash,
                "\(family.type.rawValue) \(family.name) has the label \(clash.name), as the grouping key has",
                remedy: "Rename it in one of the two, as the gateway would overwrite it")
        }
    }
}
