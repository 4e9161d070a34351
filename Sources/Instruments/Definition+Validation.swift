/// The spelling of names in the text formats.
enum NameRules {
    /// The suffix of every counter.
    static let total = "_total"
    /// The suffix of every info.
    static let info = "_info"

    static func isMetricName(_ name: String) -> Bool {
        isName(name) { isLetter($0) || $0 == UInt8(ascii: ":") }
    }

    static func isLabelName(_ name: String) -> Bool {
        isName(name, start: isLetter)
    }

    private static func isName(_ name: String, start: (UInt8) -> Bool) -> Bool {
        guard let first = name.utf8.first, start(first) else { return false }
        return name.utf8.allSatisfy { start($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: false
        }
    }
}

extension Definition {
    /// Throws unless every format can show the family.
    func validate(allowingTotal: Bool) throws(RegistrationError) {
        try validateName(allowingTotal: allowingTotal)
        for label in labels {
            try validateName(of: label)
            try validateDomain(of: label)
        }
        try validateBuckets()
        try validateShape()
        try validateSize()
    }

    private func error(_ code: RegistrationError.Code, _ message: String) -> RegistrationError {
        RegistrationError(code: code, family: name, message: "\(type.rawValue) \"\(name)\": \(message)")
    }

    private func validateName(allowingTotal: Bool) throws(RegistrationError) {
        guard NameRules.isMetricName(name) else {
            throw error(
                .invalidName,
                "the name must start with a letter, '_' or ':' and go on with those and digits. Rename it.")
        }
        let endsInTotal = name.hasSuffix(NameRules.total) && name.utf8.count > NameRules.total.utf8.count
        switch type {
        case .counter where !endsInTotal:
            throw error(
                .invalidName, "the name of a counter must end in \"_total\". Register \"\(name)_total\".")
        case .gauge where endsInTotal && !allowingTotal:
            throw error(
                .invalidName,
                "\"_total\" marks a counter. Rename the gauge, or pass allowingTotal: true if the name is given.")
        case .histogram where endsInTotal:
            throw error(.invalidName, "\"_total\" marks a counter. Rename the histogram.")
        case .summary where endsInTotal:
            throw error(.invalidName, "\"_total\" marks a counter. Rename the summary.")
        case .info where !name.hasSuffix(NameRules.info) || name.utf8.count == NameRules.info.utf8.count:
            throw error(.invalidName, "the name of an info must end in \"_info\". Register \"\(name)_info\".")
        case .stateSet where !NameRules.isLabelName(name) || name.hasPrefix("__") || endsInTotal:
            throw error(
                .invalidName,
                "the name of a state set is a label too: it has no ':', does not start with \"__\", and \"_total\" marks a"
                    + " counter. Rename it.")
        default: break
        }
    }

    private func validateName(of label: Label) throws(RegistrationError) {
        guard NameRules.isLabelName(label.name) else {
            throw error(
                .invalidLabel,
                "the label name \"\(label.name)\" must start with a letter or '_' and go on with those and digits."
                    + " Rename it.")
        }
        if label.name.hasPrefix("__") || label.name == "le" || label.name == "quantile" {
            throw error(
                .invalidLabel,
                "the label name \"\(label.name)\" is reserved for Prometheus, as are \"le\", \"quantile\" and all that"
                    + " start with \"__\". Rename it.")
        }
        if type == .stateSet, label.name == name {
            throw error(
                .invalidLabel, "the label \"\(label.name)\" is the one that the states have. Rename it or the family.")
        }
        if labels.count(where: { $0.name == label.name }) > 1 {
            throw error(.invalidLabel, "the label \"\(label.name)\" is declared twice. Remove or rename one.")
        }
    }

    private func validateDomain(of label: Label) throws(RegistrationError) {
        switch label.domain {
        case .closed(let values) where values.isEmpty:
            throw error(
                .invalidDomain, "the closed domain of label \"\(label.name)\" is empty. List its values.")
        case .closed(let values):
            var seen: Set<LabelValues> = []
            for value in values where !seen.insert(LabelValues([value])).inserted {
                throw error(
                    .invalidDomain,
                    "the closed domain of label \"\(label.name)\" lists \"\(value)\" twice. Remove one.")
            }
        case .open(let cap, let idle, let reserved):
            if cap < 1 {
                throw error(.invalidDomain, "the cap of label \"\(label.name)\" is \(cap). It must be at least 1.")
            }
            if let idle, idle <= .zero {
                throw error(
                    .invalidDomain, "the idle time of label \"\(label.name)\" is \(idle). It must be above 0.")
            }
            try validate(reserved: reserved, cap: cap, of: label)
        case .route, .declared: break
        }
    }

    private func validate(reserved: [String], cap: Int, of label: Label) throws(RegistrationError) {
        if Set(reserved.map { LabelValues([$0]) }).count != reserved.count {
            throw error(.invalidDomain, "label \"\(label.name)\" reserves a value twice. Remove one.")
        }
        if reserved.count > cap {
            throw error(
                .invalidDomain,
                "label \"\(label.name)\" reserves \(reserved.count) values within a cap of \(cap). Raise the cap.")
        }
    }

    private func validateBuckets() throws(RegistrationError) {
        if let bound = buckets.first(where: { !$0.isFinite }) {
            throw error(
                .invalidBuckets,
                "the bucket bound \(bound) is not finite. Remove it: the bucket up to +Inf is always there.")
        }
        for (bound, next) in zip(buckets, buckets.dropFirst()) where bound >= next {
            throw error(
                .invalidBuckets, "the bucket bound \(next) follows \(bound). Bounds must rise strictly; sort them.")
        }
    }

    private func validateShape() throws(RegistrationError) {
        switch shape {
        case .plain: break
        case .native(let native):
            if let mistake = native.mistake { throw error(.invalidBuckets, mistake) }
        case .quantiles(let window):
            if let mistake = window.mistake { throw error(.invalidQuantiles, mistake) }
        case .states(let states):
            if states.isEmpty || states.count > StateSet.limit {
                throw error(
                    .invalidStates, "\(states.count) states are not within 1 to \(StateSet.limit). List its states.")
            }
            for state in states where states.count(where: { $0 == state }) > 1 {
                throw error(.invalidStates, "the state \"\(state)\" is listed twice. Remove one.")
            }
        }
    }

    private func validateSize() throws(RegistrationError) {
        var size = 1
        for label in labels {
            guard case .closed(let values) = label.domain else { return }
            let (product, overflow) = size.multipliedReportingOverflow(by: values.count)
            guard !overflow, product <= Registry.closedSeriesLimit else {
                throw error(
                    .tooManySeries,
                    "its closed domains make more than \(Registry.closedSeriesLimit) series, all present from the"
                        + " start. Drop a label, or shorten a domain.")
            }
            size = product
        }
    }
}
