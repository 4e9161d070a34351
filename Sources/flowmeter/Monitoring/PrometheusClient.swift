import Foundation
import NIOCore
import Telemetry

/// Asks a Prometheus which metrics it has.
///
/// Large ones are asked for a part of their series only: of what is beyond the limits, labels are not known.
struct PrometheusClient {
    private static let mostNames = 50_000
    private static let mostSeries = 200_000
    private static let longestAnswer = 32 << 20
    private static let namesAtOnce = 40
    /// What was not scraped for so long is taken to be gone.
    private static let window = 2 * 3600.0
    private static let patience = Duration.seconds(60)

    private let base: String
    private let names: PrometheusAnswers.Names

    /// Nil if what is at the address is no Prometheus.
    ///
    /// - Throws: ``CommandError`` when nothing is there.
    init?(_ address: String) async throws {
        guard !address.hasSuffix("/metrics") else { return nil }
        base = (address.hasSuffix("/") ? String(address.dropLast()) : address) + "/api/v1/"
        do {
            let bytes = try await Self.bytes(base + "label/__name__/values?" + Self.times, patience: .seconds(10))
            names = try JSONDecoder().decode(PrometheusAnswers.Names.self, from: Data(bytes))
        } catch let error as CommandError {
            throw error
        } catch {
            return nil
        }
    }

    /// - Throws: ``CommandError``.
    func catalogue() async throws -> Catalogue {
        guard names.data.count <= Self.mostNames else {
            throw CommandError(
                .refused, "the Prometheus has \(names.data.count) metrics, more than \(Self.mostNames)",
                remedy: "check against the scrapes of what you run")
        }
        do {
            let metadata: PrometheusAnswers.Metadata = try await answer("metadata")
            let (series, unasked) = try await series()
            return Catalogue(prometheus: names, metadata: metadata, series: series, unasked: unasked)
        } catch let refusal as Fetching.Refusal {
            throw refusal.error(base)
        }
    }

    // MARK: Series

    /// The series of all names, until there are too many or it takes too long; and the names left out.
    private func series() async throws -> ([PrometheusAnswers.Series], Set<String>) {
        let end = ContinuousClock.now + Self.patience
        var all: [PrometheusAnswers.Series] = []
        var unasked: Set<String> = []
        var count = 0
        for start in stride(from: 0, to: names.data.count, by: Self.namesAtOnce) {
            let part = names.data[start..<min(start + Self.namesAtOnce, names.data.count)]
            guard count < Self.mostSeries, .now < end, let series = try await series(of: part) else {
                unasked.formUnion(part)
                continue
            }
            all.append(series)
            count += series.data.count
        }
        if !unasked.isEmpty {
            Console.warning(
                "the labels of \(unasked.count) of \(names.data.count) metrics are not known: too many series")
        }
        return (all, unasked)
    }

    /// Nil if there are too many, so that none may be missing.
    private func series(of names: ArraySlice<String>) async throws -> PrometheusAnswers.Series? {
        let matchers = names.map { "match%5B%5D=" + Self.encoded(#"{__name__=\#(Self.quoted($0))}"#) }
        do {
            let path = "series?\(matchers.joined(separator: "&"))&limit=\(Self.mostSeries)&\(Self.times)"
            let series: PrometheusAnswers.Series = try await answer(path)
            return series.data.count < Self.mostSeries ? series : nil
        } catch Fetching.Refusal.tooLong {
            return nil
        }
    }

    private static func quoted(_ name: String) -> String {
        "\"" + name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
    }

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    // MARK: Answers

    private static var times: String {
        let now = Date().timeIntervalSince1970
        return "start=\(Int(now - window))&end=\(Int(now))"
    }

    private func answer<Answer: Decodable>(_ path: String) async throws -> Answer {
        do {
            return try JSONDecoder().decode(Answer.self, from: Data(try await Self.bytes(base + path)))
        } catch let refusal as Fetching.Refusal {
            throw refusal
        } catch let error as CommandError {
            throw error
        } catch {
            throw CommandError(.usage, "\(Fetching.shown(base)) does not answer as a Prometheus does")
        }
    }

    private static func bytes(_ address: String, patience: TimeAmount = .seconds(30)) async throws -> [UInt8] {
        try await Fetching.bytes(address, accepting: "application/json", limit: longestAnswer, patience: patience)
    }
}
