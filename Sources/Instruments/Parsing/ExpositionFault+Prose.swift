extension ExpositionFault {
    var code: ExpositionError.Code {
        switch self {
        case .tooMuch: .limit
        case .byteOrderMark, .invalidUTF8: .encoding
        case .unexpected, .carriageReturn, .quotedName, .emptyName, .unterminatedString, .unescapedQuote,
            .unknownEscape, .blankLine, .comment, .missingNewline:
            .syntax
        case .malformedNumber, .numberOutOfRange, .malformedTimestamp: .number
        case .missingEnd, .afterEnd: .endOfFile
        case .unknownKeyword, .unknownType, .repeatedMetadata, .lateMetadata, .unitNotInName, .unitNotAllowed: .metadata
        case .familyAgain, .clash: .family
        case .wrongSampleName: .sampleName
        case .duplicateLabel, .nameLabel, .missingLabel, .forbiddenLabel, .malformedBound, .infinityBound,
            .malformedQuantile:
            .label
        case .duplicateSample, .duplicateState, .interleavedMetric: .duplicate
        case .mixedTimestamps, .timestampsBackwards: .timestamp
        case .badValue: .value
        case .boundsOrder, .bucketsNotCumulative, .quantilesOrder, .missingInfinity, .countMismatch, .sumWithoutCount,
            .countWithoutSum, .sumOverNegativeBounds, .negativeSum:
            .distribution
        case .exemplarNotAllowed, .exemplarTooLong, .exemplarOutsideBucket: .exemplar
        }
    }

    /// What is wrong, as a clause without a full stop.
    var message: String {
        switch self {
        case .tooMuch(let what, let limit): "\(what.phrase) \(limit) \(what.unit)"
        case .byteOrderMark: "the text begins with a byte order mark"
        case .invalidUTF8: "the bytes are not valid UTF-8"
        case .unexpected(let found, let expected): "found \(found) where \(expected.phrase) must stand"
        case .carriageReturn: "a carriage return stands before the end of the line"
        case .quotedName(let format): "\(format) has no quoted names"
        case .emptyName: "the name is empty"
        case .unterminatedString: "the line ends inside a quoted text"
        case .unescapedQuote: "a help text has a quote that is not escaped"
        case .unknownEscape(let escape): "\(quoted(escape)) is no escape of the format"
        case .blankLine: "the line is blank"
        case .comment: "OpenMetrics has no comments"
        case .missingNewline: "the last line does not end with a line feed"
        case .malformedNumber(let text): "\(quoted(text)) is not a number"
        case .numberOutOfRange(let text): "the number \(quoted(text)) is too large for a double"
        case .malformedTimestamp(let text, let format):
            "\(quoted(text)) is not a timestamp in \(format.isOpenMetrics ? "seconds" : "whole milliseconds")"
        case .missingEnd: "the text does not end with # EOF"
        case .afterEnd: "something follows # EOF"
        case .unknownKeyword(let word): "\(quoted(word)) is none of HELP, TYPE, UNIT and EOF"
        case .unknownType(let word, let format): "\(quoted(word)) is no type of \(format)"
        case .repeatedMetadata(let keyword, let family): "\(keyword.rawValue) of \(quoted(family)) stands twice"
        case .lateMetadata(let keyword, let family):
            "\(keyword.rawValue) of \(quoted(family)) stands after its first sample"
        case .unitNotInName(let unit, let family):
            "\(quoted(family)) does not end in \(quoted("_\(unit)")), for its unit"
        case .unitNotAllowed(let type): "a family of type \(type.rawValue) has a unit"
        case .familyAgain(let name): "\(quoted(name)) comes again after another family"
        case .clash(let name, let family, let owner):
            "\(quoted(family)) needs the name \(quoted(name)), which belongs to \(quoted(owner))"
        case .wrongSampleName(let name, let type, _):
            "\(quoted(name)) is no sample of a family of type \(type.rawValue)"
        case .duplicateLabel(let name): "the label \(quoted(name)) stands twice"
        case .nameLabel: "the label \"__name__\" would name the metric a second time"
        case .missingLabel(let label, let sample): "\(quoted(sample)) lacks the label \(quoted(label))"
        case .forbiddenLabel(let label, let sample): "\(quoted(sample)) has the label \(quoted(label))"
        case .malformedBound(let text): "\(quoted(text)) is no bound of a bucket"
        case .infinityBound(let text): "the bound \(quoted(text)) is not spelled +Inf"
        case .malformedQuantile(let text): "\(quoted(text)) is no number from 0 to 1"
        case .duplicateSample(let name): "\(quoted(name)) stands twice with the same labels"
        case .duplicateState(let state): "the state \(quoted(state)) stands twice"
        case .interleavedMetric(let family): "a metric of \(quoted(family)) goes on after another has begun"
        case .mixedTimestamps(let family): "some samples of a metric of \(quoted(family)) have a timestamp, others none"
        case .timestampsBackwards(let family): "the timestamps of a metric of \(quoted(family)) go back"
        case .badValue(let rule, let sample): "the value of \(quoted(sample)) \(rule.phrase)"
        case .boundsOrder(let family): "the buckets of \(quoted(family)) are not in rising order of le"
        case .bucketsNotCumulative(let family): "a bucket of \(quoted(family)) counts less than the one before it"
        case .quantilesOrder(let family): "the quantiles of \(quoted(family)) are not in rising order"
        case .missingInfinity(let family): "\(quoted(family)) lacks the bucket with le=\"+Inf\""
        case .countMismatch(let family): "the count of \(quoted(family)) differs from its +Inf bucket"
        case .sumWithoutCount(let family): "\(quoted(family)) has a sum and no count"
        case .countWithoutSum(let family): "\(quoted(family)) has a count and no sum"
        case .sumOverNegativeBounds(let family): "\(quoted(family)) has a sum and a bucket with a bound below 0"
        case .negativeSum(let family): "the sum of \(quoted(family)) is below 0 though no bound is"
        case .exemplarNotAllowed(let sample): "\(quoted(sample)) has an exemplar"
        case .exemplarTooLong(let scalars): "the labels of the exemplar have \(scalars) characters"
        case .exemplarOutsideBucket(let bound): "the value of the exemplar is not at most \(bound)"
        }
    }

    /// What to do about it, as a clause without a full stop.
    var remedy: String {
        switch self {
        case .tooMuch: "show less, or raise the limit"
        case .byteOrderMark: "write UTF-8 without a byte order mark"
        case .invalidUTF8: "encode the text as UTF-8"
        case .unexpected(_, let expected): expected.remedy
        case .carriageReturn: "end lines with a line feed alone"
        case .quotedName: "rename it to letters, digits and _, or expose text 1.0.0"
        case .emptyName: "give it a name"
        case .unterminatedString: "close the quote, and write a line feed in it as \\n"
        case .unescapedQuote: "write it as \\\""
        case .unknownEscape: "write a backslash as \\\\, a line feed as \\n, and a quote in quotes as \\\""
        case .blankLine: "remove it"
        case .comment: "remove it; HELP, TYPE and UNIT take one space before and after"
        case .missingNewline: "end it with one, and check that the text is complete"
        case .malformedNumber: "write a decimal number, +Inf, -Inf or NaN"
        case .numberOutOfRange: "write +Inf or -Inf if that is meant"
        case .malformedTimestamp(_, let format):
            format.isOpenMetrics ? "write a finite decimal number" : "write a whole number of 64 bits"
        case .missingEnd: "end it with that line, and check that the text is complete"
        case .afterEnd: "end the text there"
        case .unknownKeyword: "OpenMetrics has no comments: remove the line"
        case .unknownType(_, let format):
            "write one of \(FamilyType.all(in: format).map { $0.spelling(in: format) }.joined(separator: ", "))"
        case .repeatedMetadata: "keep one"
        case .lateMetadata: "write it before the samples"
        case .unitNotInName(let unit, let family):
            "rename the family to \(quoted("\(family)_\(unit)")), or drop the unit"
        case .unitNotAllowed: "drop the unit"
        case .familyAgain: "write all lines of a family together"
        case .clash: "rename one of the two"
        case .wrongSampleName(_, _, let allowed): "name it \(allowed.map(quoted).joined(separator: " or "))"
        case .duplicateLabel: "keep one"
        case .nameLabel: "remove the label"
        case .missingLabel: "add the label"
        case .forbiddenLabel: "remove the label, which only the parts of a distribution have"
        case .malformedBound: "write a number, or +Inf"
        case .infinityBound: "write +Inf"
        case .malformedQuantile: "write such a number"
        case .duplicateSample, .duplicateState: "keep one"
        case .interleavedMetric: "write all samples with the same labels together"
        case .mixedTimestamps: "give all of them one, or none"
        case .timestampsBackwards: "write older points first"
        case .badValue(let rule, _): rule.remedy
        case .boundsOrder, .quantilesOrder: "sort them, and keep one of those alike"
        case .bucketsNotCumulative: "let each bucket count all that is at most its bound"
        case .missingInfinity: "add it, with the count of all observations"
        case .countMismatch: "show the same number in both"
        case .sumWithoutCount: "add the count"
        case .countWithoutSum: "add the sum, or drop the count"
        case .sumOverNegativeBounds: "drop sum and count: a sum that can go down is no counter"
        case .negativeSum: "correct the sum, or add a bound below 0"
        case .exemplarNotAllowed: "leave it out: only buckets and the totals of counters have exemplars"
        case .exemplarTooLong: "keep to 128, names and values together"
        case .exemplarOutsideBucket: "give it to a bucket that counts it"
        }
    }
}

/// A piece of the text in quotes, short and on one line.
private func quoted(_ text: String) -> String {
    var shown = ""
    for scalar in text.unicodeScalars.prefix(60) {
        switch scalar {
        case "\n": shown += "\\n"
        case "\r": shown += "\\r"
        case "\t": shown += "\\t"
        case _ where scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format:
            shown += "\\u{\(String(scalar.value, radix: 16))}"
        default: shown.unicodeScalars.append(scalar)
        }
    }
    return "\"\(shown)\(text.unicodeScalars.dropFirst(60).isEmpty ? "" : "…")\""
}

extension ExpositionFault {
    /// How a character found at a place is shown.
    static func shown(_ scalar: Unicode.Scalar?) -> String {
        switch scalar {
        case nil: "the end of the line"
        case " ": "a space"
        case "\t": "a tab"
        case "\"": "a quote"
        case let scalar?: quoted(String(scalar))
        }
    }
}

extension ExpositionFault.Expected {
    fileprivate var phrase: String {
        switch self {
        case .metricName: "the name of a metric"
        case .nameEnd: "a space, or { and labels,"
        case .familyNameEnd: "a space"
        case .labelName: "the name of a label"
        case .labelEquals: "="
        case .quote: "a quote"
        case .commaOrBrace: "a comma or }"
        case .space: "one space"
        case .token: "the next word"
        case .value: "a value"
        case .timestamp: "a timestamp"
        case .endOfLine: "the end of the line"
        case .timestampOrEnd: "a timestamp or the end of the line"
        case .exemplarOrEnd: "an exemplar or the end of the line"
        case .exemplarLabels: "the labels of an exemplar"
        }
    }

    fileprivate var remedy: String {
        switch self {
        case .metricName: "start it with a letter, _ or :, and go on with those and digits"
        case .nameEnd, .familyNameEnd: "keep to letters, digits, _ and : in the names of metrics"
        case .labelName: "start it with a letter or _, and go on with those and digits"
        case .labelEquals: "write name=\"value\""
        case .quote: "put the value in double quotes"
        case .commaOrBrace: "separate labels by commas, and close them with }"
        case .space: "separate the parts of a line by one space"
        case .token: "complete the line"
        case .value: "write a number after the name and the labels"
        case .timestamp: "write it, or end the line before the space"
        case .endOfLine, .timestampOrEnd: "remove what follows"
        case .exemplarOrEnd: "remove what follows, or write an exemplar as \" # {labels} value\""
        case .exemplarLabels: "write an exemplar as \" # {labels} value\""
        }
    }
}

extension ExpositionFault.Limited {
    fileprivate var phrase: String {
        switch self {
        case .bytes: "the text is longer than"
        case .families, .samples: "the text has more than"
        case .labels: "the labels are more than"
        case .string: "a name or text is longer than"
        case .number: "a number is longer than"
        }
    }

    fileprivate var unit: String {
        switch self {
        case .bytes, .string, .number: "bytes"
        case .families: "families"
        case .samples: "samples"
        case .labels: "labels"
        }
    }
}

extension ExpositionFault.ValueRule {
    fileprivate var phrase: String {
        switch self {
        case .notNaN: "is NaN"
        case .notNegative: "is below 0"
        case .whole: "is not a whole number"
        case .finite: "is not finite"
        case .one: "is not 1"
        case .zeroOrOne: "is neither 0 nor 1"
        }
    }

    fileprivate var remedy: String {
        switch self {
        case .notNaN: "leave the sample out until there is a value"
        case .notNegative: "show what only grows from 0, or make it a gauge"
        case .whole: "count observations"
        case .finite: "show seconds since 1970"
        case .one: "show 1: what it tells is in the labels"
        case .zeroOrOne: "show 1 for a state that holds and 0 for one that does not"
        }
    }
}
