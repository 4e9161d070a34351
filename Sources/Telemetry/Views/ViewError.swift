import Wording

/// Why a view does not fit its signal.
public struct ViewError: Error, Sendable, Hashable {
    /// What is wrong.
    public enum Problem: Sendable, Hashable {
        case unknownSignal(known: [String])
        case unknownMeasure(String, known: [String])
        case unknownAttribute(String, known: [String])
        case unknownValue(String, attribute: String, known: [String])
        case labelTwice(String)
        /// A signal of this kind has nothing of the sort.
        case notShowable(String, kind: SignalDescription.Kind)
        /// The measure goes up and down.
        case notASum(measure: String)
        /// The name of the family does not end in the unit of what it shows.
        case unit(Measure.Unit)
        /// Another view, not equal to this one, makes a family of the same name.
        case familyTwice
    }

    /// The family that the view would make.
    public let family: String
    /// The signal that it names.
    public let signal: String
    /// What is wrong.
    public let problem: Problem
}

extension ViewError: CustomStringConvertible {
    /// What is wrong, and a remedy.
    public var description: String { "family \(family): \(reason)" }

    private var reason: String {
        switch problem {
        case .unknownSignal(let known):
            "there is no signal \"\(signal)\"; \(Self.hint(signal, known))"
        case .unknownMeasure(let name, let known):
            known.isEmpty
                ? "the signal \(signal) has no measures; it can only be counted"
                : "the signal \(signal) has no measure \"\(name)\"; \(Self.hint(name, known))"
        case .unknownAttribute(let name, let known):
            "the signal \(signal) has no attribute \"\(name)\"; \(Self.hint(name, known))"
        case .unknownValue(let value, let attribute, let known):
            "the attribute \(attribute) never has the value \"\(value)\"; \(Self.hint(value, known))"
        case .labelTwice(let name):
            "the label \(name) is there twice; give one of them another name"
        case .notShowable(let word, let kind):
            "a \(word) cannot be had of the signal \(signal); \(Self.possible(kind))"
        case .notASum(let measure):
            "the measure \(measure) goes up and down, which a counter cannot; show it as a value"
        case .unit(let unit):
            "it is measured in \(unit.rawValue), so its name must end in _\(unit.rawValue) (before _total, if it has that)"
        case .familyTwice:
            "two views make it, and they differ; give one of the two families another name"
        }
    }

    private static func hint(_ word: String, _ known: [String]) -> String {
        NearestWord.find(word, among: known).map { "did you mean \"\($0)\"?" }
            ?? "there are \(known.joined(separator: ", "))"
    }

    private static func possible(_ kind: SignalDescription.Kind) -> String {
        switch kind {
        case .occurrence: "it happens, so it can be counted, its measures summed or shown as a histogram"
        case .activity: "it begins and ends, so it can be counted"
        case .observed: "it is looked at, so its measures can be shown as a value, or as a sum if they only grow"
        }
    }
}
