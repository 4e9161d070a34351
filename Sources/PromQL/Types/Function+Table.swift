extension Function {
    /// All functions of Prometheus from 2.42 on, those that were removed since included.
    public static let all: [Function] = ofVectors + ofRanges + histograms + labels + times + scalars

    /// The function of this name.
    public static func named(_ name: String) -> Function? { byName[name] }

    private static let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }

    private static let ofVectors: [Function] =
        [
            "abs", "absent", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "cos", "cosh", "deg", "exp",
            "floor", "ln", "log10", "log2", "rad", "sgn", "sin", "sinh", "sort", "sort_desc", "sqrt", "tan", "tanh",
            "timestamp",
        ].map { Function($0, [.vector]) } + [
            Function("clamp", [.vector, .scalar, .scalar]),
            Function("clamp_max", [.vector, .scalar]),
            Function("clamp_min", [.vector, .scalar]),
            Function("round", [.vector, .scalar], minimum: 1),
        ]

    private static let ofRanges: [Function] =
        [
            "absent_over_time", "avg_over_time", "changes", "count_over_time", "delta", "deriv", "idelta", "increase",
            "irate", "last_over_time", "max_over_time", "min_over_time", "present_over_time", "rate", "resets",
            "stddev_over_time", "stdvar_over_time", "sum_over_time",
        ].map { Function($0, [.matrix]) } + [
            Function("predict_linear", [.matrix, .scalar]),
            Function("quantile_over_time", [.scalar, .matrix]),
            Function("holt_winters", [.matrix, .scalar, .scalar], removed: Release(3, 0)),
            Function(
                "double_exponential_smoothing", [.matrix, .scalar, .scalar], since: Release(3, 0), isExperimental: true),
            Function("first_over_time", [.matrix], since: Release(3, 7), isExperimental: true),
            Function("integral", [.matrix, .scalar], minimum: 1, since: Release(3, 12), isExperimental: true),
            Function("mad_over_time", [.matrix], since: Release(2, 49), isExperimental: true),
            Function("ts_of_first_over_time", [.matrix], since: Release(3, 7), isExperimental: true),
            Function("ts_of_last_over_time", [.matrix], since: Release(3, 5), isExperimental: true),
            Function("ts_of_max_over_time", [.matrix], since: Release(3, 5), isExperimental: true),
            Function("ts_of_min_over_time", [.matrix], since: Release(3, 5), isExperimental: true),
        ]

    private static let histograms: [Function] = [
        Function("histogram_quantile", [.scalar, .vector]),
        Function("histogram_count", [.vector]),
        Function("histogram_sum", [.vector]),
        Function("histogram_fraction", [.scalar, .scalar, .vector]),
        Function("histogram_avg", [.vector], since: Release(2, 51)),
        Function("histogram_stddev", [.vector], since: Release(2, 47)),
        Function("histogram_stdvar", [.vector], since: Release(2, 47)),
        Function(
            "histogram_quantiles", [.vector, .string, .scalar, .scalar], minimum: 3, maximum: 12, since: Release(3, 11),
            isExperimental: true),
    ]

    private static let labels: [Function] = [
        Function("label_replace", [.vector, .string, .string, .string, .string]),
        Function("label_join", [.vector, .string, .string, .string], minimum: 3, unbounded: true),
        Function(
            "sort_by_label", [.vector, .string], minimum: 1, unbounded: true, since: Release(2, 49),
            isExperimental: true),
        Function(
            "sort_by_label_desc", [.vector, .string], minimum: 1, unbounded: true, since: Release(2, 49),
            isExperimental: true),
        Function("info", [.vector, .vector], minimum: 1, since: Release(3, 0), isExperimental: true),
    ]

    private static let times: [Function] =
        ["day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour", "minute", "month", "year"]
        .map { Function($0, [.vector], minimum: 0) }

    private static let scalars: [Function] =
        [
            Function("pi", [], result: .scalar),
            Function("time", [], result: .scalar),
            Function("scalar", [.vector], result: .scalar),
            Function("vector", [.scalar]),
        ]
        + ["start", "end", "range", "step"].map {
            Function($0, [], result: .scalar, since: Release(3, 11), isExperimental: true)
        }
}
