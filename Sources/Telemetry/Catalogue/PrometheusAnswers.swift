/// What a Prometheus answers about the metrics that it has, as its API gives it.
///
/// See <https://prometheus.io/docs/prometheus/latest/querying/api/#querying-metadata>.
public enum PrometheusAnswers {
    /// The names of all samples: `/api/v1/label/__name__/values`.
    public struct Names: Sendable, Decodable {
        /// Sorted.
        public let data: [String]
    }

    /// Types, texts and units by family, from the targets that are scraped: `/api/v1/metadata`.
    public struct Metadata: Sendable, Decodable {
        /// What one or several targets say of a family.
        public struct Entry: Sendable, Hashable, Decodable {
            /// `counter`, `gauge`, `histogram`, `summary`, `info`, `stateset`, `gaugehistogram` or `unknown`.
            public let type: String
            /// One sentence for people.
            public let help: String
            /// Empty if there is none.
            public let unit: String?
        }

        /// By the name of the family.
        public let data: [String: [Entry]]
    }

    /// The labels of series, their names as `__name__` among them: `/api/v1/series`.
    public struct Series: Sendable, Decodable {
        /// One for each series.
        public let data: [[String: String]]
    }
}
