/// The spelling of names in the text formats.
enum NameRules {
    /// The suffix of every counter.
    static let total = "_total"
    /// The suffix of every info.
    static let info = "_info"

    static func isMetricName(_ name: String) -> Bool { isName(name, colons: true) }

    static func isLabelName(_ name: String) -> Bool { isName(name, colons: false) }

    private static func isName(_ name: String, colons: Bool) -> Bool {
        var first = true
        for scalar in name.unicodeScalars {
            guard isInName(scalar, first: first, colons: colons) else { return false }
            first = false
        }
        return !first
    }

    /// Whether a legacy name can have the character there.
    static func isInName(_ scalar: Unicode.Scalar, first: Bool, colons: Bool) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "_": true
        case "0"..."9": !first
        case ":": colons
        default: false
        }
    }

    /// Whether there is a name before the suffix. By bytes: to `String`, a suffix can be a part of one character with
    /// what stands before it.
    static func has(_ suffix: String, _ name: String) -> Bool {
        name.utf8.count > suffix.utf8.count && name.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }

    static func isReserved(_ label: String) -> Bool {
        label.utf8.starts(with: "__".utf8) || label == "le" || label == "quantile"
    }
}

extension Definition {
    /// Throws unless every format can show the family.
    ///
    /// - Parameter utf8Names: whether names need not be legacy names.
    func validate(allowingTotal: Bool, utf8Names: Bool) throws(RegistrationError) {
        try validateName(allowingTotal: allowingTotal, utf8Names: utf8Names)
        for label in labels {
            try validateName(of: label, utf8Names: utf8Names)
            try validateDomain(of: label)
        }
        try validateEscapedLabels()
        try validateBuckets()
        try validateShape()
        try validateSize()
    }

    private func error(_ code: RegistrationError.Code, _ message: String) -> RegistrationError {
        RegistrationError(code: code, family: name, message: "\(type.rawValue) \"\(name)\": \(message)")
    }

    private func validateName(allowingTotal: Bool, utf8Names: Bool) throws(RegistrationError) {
        guard utf8Names ? !name.isEmpty : NameRules.isMetricName(name) else {
            throw error(
                .invalidName,
                utf8Names
                    ? "the name is empty. Rename it."
                    : "the name must start with a letter, '_' or ':' and go on with those and digits. Rename it.")
        }
        let endsInTotal = NameRules.has(NameRules.total, name)
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
        case .info where !NameRules.has(NameRules.info, name):
            throw error(.invalidName, "the name of an info must end in \"_info\". Register \"\(name)_info\".")
        case .stateSet where name.utf8.contains(UInt8(ascii: ":")) || NameRules.isReserved(name) || endsInTotal:
            throw error(
                .invalidName,
                "the name of a state set is a label too: it has no ':', is not \"le\" or \"quantile\", does not start with"
                    + " \"__\", and \"_total\" marks a counter. Rename it.")
        default: break
        }
    }

    private func validateName(of label: Label, utf8Names: Bool) throws(RegistrationError) {
        guard utf8Names ? !label.name.isEmpty : NameRules.isLabelName(label.name) else {
            throw error(
                .invalidLabel,
                "the label name \"\(label.name)\" "
                    + (utf8Names ? "is empty." : "must start with a letter or '_' and go on with those and digits.")
                    + " Rename it.")
        }
        if NameRules.isReserved(label.name) {
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

    /// Throws if two labels have one name in some scheme, or if one is there what no label can be.
    private func validateEscapedLabels() throws(RegistrationError) {
        let names = labels.map(\.name) + (type == .stateSet ? [name] : [])
        for scheme in EscapingScheme.allCases {
            var seen: [String: String] = [:]
            for name in names {
                let escaped = scheme.labelName(name)
                if escaped == "__name__" {
                    throw error(
                        .invalidLabel,
                        "the label \"\(name)\" becomes \"__name__\" where names are escaped (\(scheme.rawValue)), which is"
                            + " the metric's. Rename it.")
                }
                if let other = seen.updateValue(name, forKey: escaped) {
                    throw error(
                        .invalidLabel,
                        "the labels \"\(other)\" and \"\(name)\" both become \"\(escaped)\" where names are escaped"
                            + " (\(scheme.rawValue)). Rename one.")
                }
            }
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
