/// What is wrong with a text, and at which byte.
struct ExpositionFlaw: Error, Hashable {
    let fault: ExpositionFault
    let offset: Int
}

/// All that can be wrong with an exposition.
enum ExpositionFault: Hashable {
    typealias FamilyType = ParsedExposition.FamilyType

    /// What would have fitted at the place.
    enum Expected: Hashable {
        case metricName, nameEnd, familyNameEnd, labelName, labelEquals, quote, commaOrBrace, space, token
        case value, timestamp, endOfLine, timestampOrEnd, exemplarOrEnd, exemplarLabels
    }

    /// What ``ExpositionLimits`` bound.
    enum Limited: Hashable {
        case bytes, families, samples, labels, string, number
    }

    /// HELP, TYPE or UNIT.
    enum Keyword: String, Hashable {
        case help = "HELP"
        case type = "TYPE"
        case unit = "UNIT"
    }

    /// What a type asks of a value.
    enum ValueRule: Hashable {
        case notNaN, notNegative, whole, finite, one, zeroOrOne
    }

    case tooMuch(Limited, limit: Int)
    case byteOrderMark
    case invalidUTF8

    case unexpected(found: String, expected: Expected)
    case carriageReturn
    case quotedName(TextFormat)
    case emptyName
    case unterminatedString
    case unescapedQuote
    case unknownEscape(String)
    case blankLine
    case comment
    case missingNewline

    case malformedNumber(String)
    case numberOutOfRange(String)
    case malformedTimestamp(String, TextFormat)

    case missingEnd
    case afterEnd

    case unknownKeyword(String)
    case unknownType(String, TextFormat)
    case repeatedMetadata(Keyword, family: String)
    case lateMetadata(Keyword, family: String)
    case unitNotInName(unit: String, family: String)
    case unitNotAllowed(FamilyType)

    case familyAgain(String)
    case clash(name: String, family: String, owner: String)
    case wrongSampleName(String, FamilyType, allowed: [String])

    case duplicateLabel(String)
    case nameLabel
    case missingLabel(String, sample: String)
    case forbiddenLabel(String, sample: String)
    case malformedBound(String)
    case infinityBound(String)
    case malformedQuantile(String)

    case duplicateSample(String)
    case duplicateState(String)
    case interleavedMetric(family: String)
    case mixedTimestamps(family: String)
    case timestampsBackwards(family: String)

    case badValue(ValueRule, sample: String)

    case boundsOrder(family: String)
    case bucketsNotCumulative(family: String)
    case quantilesOrder(family: String)
    case missingInfinity(family: String)
    case countMismatch(family: String)
    case sumWithoutCount(family: String)
    case countWithoutSum(family: String)
    case sumOverNegativeBounds(family: String)
    case negativeSum(family: String)

    case exemplarNotAllowed(sample: String)
    case exemplarTooLong(scalars: Int)
    case exemplarOutsideBucket(bound: String)
}
