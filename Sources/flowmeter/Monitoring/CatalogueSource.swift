import Documents
import Foundation
import Instruments
import Monitoring
import Telemetry

/// Where a catalogue or a scrape comes from: a file, or an address.
struct CatalogueSource {
    /// As the user wrote it.
    let name: String

    private var isAddress: Bool { name.hasPrefix("http://") || name.hasPrefix("https://") }

    /// The catalogue, and where its families stand.
    ///
    /// - Throws: ``CommandError`` when there is none.
    func catalogue() async throws -> (Catalogue, CataloguePlaces) {
        if isAddress, let prometheus = try await PrometheusClient(name)?.catalogue() {
            return (prometheus, CataloguePlaces(prometheus))
        }
        let bytes = try await bytes()
        guard !isAddress, bytes.first(where: { $0 != 0x20 && $0 != 0x0A }) == UInt8(ascii: "{") else {
            let shown = try catalogue(scrape: bytes)
            return (shown, CataloguePlaces(shown))
        }
        let catalogue = try Catalogue(json: name)
        let places = try? CataloguePlaces(json: SourceFile(path: name, bytes: bytes))
        return (catalogue, places ?? CataloguePlaces(catalogue))
    }

    /// What a scrape shows.
    ///
    /// - Throws: ``CommandError`` when there is none.
    func scrape() async throws -> Catalogue { try catalogue(scrape: try await bytes()) }

    private func bytes() async throws -> [UInt8] {
        guard isAddress else { return try InputFile.bytes(name) }
        do {
            return try await Fetching.bytes(name, accepting: "text/plain;version=0.0.4")
        } catch let refusal as Fetching.Refusal {
            throw refusal.error(name)
        }
    }

    private func catalogue(scrape: [UInt8]) throws -> Catalogue {
        do {
            return Catalogue(scrape: try ParsedExposition(parsing: scrape, format: .text004))
        } catch {
            throw CommandError(
                .usage, "\(Fetching.shown(name)) is no scrape: \(error)",
                remedy: "name the address of metrics, such as …/metrics, or of a Prometheus")
        }
    }
}
