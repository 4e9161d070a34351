public import Documents
public import Telemetry

/// Where the families of a catalogue stand, for problems that are about a family.
public struct CataloguePlaces: Sendable {
    private let whole: SourcePlace
    private let places: [String: SourcePlace]

    /// Of a catalogue that stands nowhere: in a list of its families that is made up, called `catalogue`.
    public init(_ catalogue: Catalogue) {
        let names = catalogue.families.map(\.name)
        let file = SourceFile(path: "catalogue", bytes: Array(names.map { $0 + "\n" }.joined().utf8))
        var places: [String: SourcePlace] = [:]
        for (index, name) in names.enumerated() {
            places[name] = SourcePlace(file: file, range: file.lineRange(index + 1))
        }
        self.places = places
        whole = SourcePlace(file: file, range: 0..<0)
    }

    /// Of a catalogue in a JSON file.
    public init(json file: SourceFile) throws(DocumentError) {
        let families = try Document(json: file).roots.first?["families"]?.elements ?? []
        let names = families.compactMap { $0["name"]?.text }
        places = Dictionary(names.map { ($0.value, $0.place) }) { first, _ in first }
        whole = SourcePlace(file: file, range: 0..<0)
    }

    /// The family's name, or the beginning of the file that does not have it.
    func place(of family: Catalogue.Family) -> SourcePlace { places[family.name] ?? whole }
}
