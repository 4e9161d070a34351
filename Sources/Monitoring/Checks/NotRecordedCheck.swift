import Documents
import Telemetry
import Wording

/// A family that the catalogue promises and a scrape does not have is recorded by nothing.
enum NotRecordedCheck {
    static let name = "not-recorded"
    static let summary = "with `--scrape`: nothing records the family"

    static func problems(_ catalogue: Catalogue, _ scrape: Catalogue, _ places: CataloguePlaces) -> [Problem] {
        let shown = Dictionary(scrape.families.map { ($0.name, $0) }) { first, _ in first }
        return catalogue.families.compactMap { family in
            guard let found = shown[family.name] else {
                return problem(family, places, "the scrape has no family \(Prose.quote(family.name))")
            }
            // A family of metadata alone may have any labels.
            guard found.otherLabels == true else { return nil }
            return problem(family, places, "the scrape has no sample of \(Prose.quote(family.name))")
        }
    }

    private static func problem(_ family: Catalogue.Family, _ places: CataloguePlaces, _ message: String) -> Problem {
        Problem(
            check: name, severity: .error, place: places.place(of: family), context: "", message: message,
            remedy: "record it, take it out of the catalogue, or scrape after everything has happened once")
    }
}
