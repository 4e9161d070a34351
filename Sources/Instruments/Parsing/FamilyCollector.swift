/// Gathers metadata and samples into families, and sees to it that each family is whole and no two share a name.
///
/// What it throws concerns the families; ``PointCheck`` holds samples against each other.
struct FamilyCollector {
    typealias FamilyType = ParsedExposition.FamilyType

    let format: TextFormat
    let limits: ExpositionLimits
    private(set) var done: [ParsedExposition.Family] = []
    private var samples = 0
    private var open: OpenFamily?
    /// Every name that a family or its samples can have, by bytes, and the family that claimed it.
    private var owners: [[UInt8]: String] = [:]

    init(_ format: TextFormat, _ limits: ExpositionLimits) {
        self.format = format
        self.limits = limits
    }

    // MARK: Metadata

    /// Takes note of a HELP, TYPE or UNIT, which belongs to this family from now on.
    mutating func describe(
        _ name: String, _ keyword: ExpositionFault.Keyword, at offset: Int
    ) throws(ExpositionFlaw) {
        if open?.isNamed(name) != true {
            try claim(name, for: name, at: offset)
            try replaceOpen(by: OpenFamily(name, format))
        } else if open?.samples.isEmpty == false {
            throw ExpositionFlaw(fault: .lateMetadata(keyword, family: name), offset: offset)
        }
        guard open?.seen.insert(keyword).inserted == true else {
            throw ExpositionFlaw(fault: .repeatedMetadata(keyword, family: name), offset: offset)
        }
    }

    mutating func setHelp(_ help: String) {
        open?.help = help.isEmpty ? nil : help
    }

    mutating func setType(_ type: FamilyType, at offset: Int) throws(ExpositionFlaw) {
        guard let name = open?.name else { return }
        let suffixes = type.suffixes(in: format)
        for (suffix, _) in suffixes where !suffix.isEmpty { try claim(name + suffix, for: name, at: offset) }
        open?.type = type
        open?.setNames(suffixes.map { OpenFamily.SampleName(name + $0.suffix, $0.role) })
        try checkUnit(at: offset)
    }

    mutating func setUnit(_ unit: String, at offset: Int) throws(ExpositionFlaw) {
        guard !unit.isEmpty, let name = open?.name else { return }
        open?.unit = unit
        guard name.utf8.count > unit.utf8.count + 1, name.hasSuffix("_\(unit)") else {
            throw ExpositionFlaw(fault: .unitNotInName(unit: unit, family: name), offset: offset)
        }
        try checkUnit(at: offset)
    }

    private func checkUnit(at offset: Int) throws(ExpositionFlaw) {
        guard let open, open.unit != nil, open.type == .info || open.type == .stateset else { return }
        throw ExpositionFlaw(fault: .unitNotAllowed(open.type), offset: offset)
    }

    // MARK: Samples

    /// Adds a sample to the open family, or to one of its own if the open one has none of that name.
    mutating func add(
        _ line: SampleLine, _ labels: LabelNames, named name: some Collection<UInt8>
    ) throws(ExpositionFlaw) {
        samples += 1
        guard samples <= limits.samples else {
            throw ExpositionFlaw(fault: .tooMuch(.samples, limit: limits.samples), offset: line.offset)
        }
        if open?.knows(name) != true { try begin(String(decoding: name, as: UTF8.self), at: line.offset) }
        try open?.add(line, labels)
    }

    /// Begins the family of a sample that has no metadata.
    private mutating func begin(_ name: String, at offset: Int) throws(ExpositionFlaw) {
        if let open, open.isNamed(name) {
            let fault = ExpositionFault.wrongSampleName(name, open.type, allowed: open.names.map(\.name))
            throw ExpositionFlaw(fault: fault, offset: offset)
        }
        if let owner = owners[Array(name.utf8)] {
            throw ExpositionFlaw(fault: .familyAgain(owner), offset: offset)
        }
        try claim(name, for: name, at: offset)
        try replaceOpen(by: OpenFamily(name, format))
    }

    mutating func end() throws(ExpositionFlaw) {
        guard let ended = open else { return }
        open = nil
        try ended.check.end()
        done.append(
            ParsedExposition.Family(
                name: ended.name, type: ended.type, help: ended.help, unit: ended.unit, samples: ended.samples))
    }

    // MARK: Names

    private mutating func replaceOpen(by family: OpenFamily) throws(ExpositionFlaw) {
        try end()
        open = family
    }

    private mutating func claim(_ name: String, for family: String, at offset: Int) throws(ExpositionFlaw) {
        guard name.utf8.count != family.utf8.count || done.count + (open == nil ? 0 : 1) < limits.families else {
            throw ExpositionFlaw(fault: .tooMuch(.families, limit: limits.families), offset: offset)
        }
        guard let owner = owners.updateValue(family, forKey: Array(name.utf8)) else { return }
        let again = owner == family && name == family
        throw ExpositionFlaw(
            fault: again ? .familyAgain(family) : .clash(name: name, family: family, owner: owner), offset: offset)
    }
}

/// The family whose lines are being read.
struct OpenFamily {
    /// A name that a sample of the family may have.
    struct SampleName {
        let name: String
        let bytes: [UInt8]
        let role: SampleRole

        init(_ name: String, _ role: SampleRole) {
            self.name = name
            self.role = role
            bytes = Array(name.utf8)
        }
    }

    let name: String
    var type = ParsedExposition.FamilyType.unknown
    var help: String?
    var unit: String?
    var seen: Set<ExpositionFault.Keyword> = []
    var samples: [ParsedExposition.Sample] = []
    private(set) var names: [SampleName]
    /// The index among the names of the latest sample's.
    private var latest = 0
    fileprivate var check: PointCheck

    init(_ name: String, _ format: TextFormat) {
        self.name = name
        names = [SampleName(name, .value)]
        check = PointCheck(name, format)
    }

    func isNamed(_ other: String) -> Bool { name.utf8.elementsEqual(other.utf8) }

    mutating func setNames(_ names: [SampleName]) {
        self.names = names
        latest = 0
    }

    /// Whether a sample of the family may have this name; if so, the next one has it.
    mutating func knows(_ sample: some Collection<UInt8>) -> Bool {
        if sample.elementsEqual(names[latest].bytes) { return true }
        guard let index = names.firstIndex(where: { sample.elementsEqual($0.bytes) }) else { return false }
        latest = index
        return true
    }

    mutating func add(_ line: SampleLine, _ labels: LabelNames) throws(ExpositionFlaw) {
        let sample = ParsedExposition.Sample(
            name: names[latest].name, labels: line.labels, value: line.value, timestamp: line.timestamp,
            exemplar: line.exemplar)
        try check.add(sample, line, labels, type, names[latest].role)
        samples.append(sample)
    }
}
