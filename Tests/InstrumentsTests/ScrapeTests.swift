import Foundation
import Instruments
import Testing

@Suite struct ScrapeTests {
    private func registry(series: Int) throws -> Registry {
        let registry = Registry()
        let calls = try registry.counter("calls_total", help: "Calls.", labels: [Label("key", .declared)])
        for key in 0..<series { calls.with("key \(key)").increment(by: UInt64(key)) }
        try registry.histogram("waits_seconds", help: "Waits.", buckets: [1]).only.observe(0.5)
        return registry
    }

    private func body(of scrape: Scrape) -> [UInt8] {
        var body: [UInt8] = []
        while let bytes = scrape.next() {
            #expect(!bytes.isEmpty)
            body += bytes
        }
        #expect(scrape.next() == nil)
        return body
    }

    @Test(arguments: [0, 1, 5, 10_000], [1, 1 << 12, 1 << 20])
    func chunksMakeTheWhole(_ series: Int, _ chunk: Int) throws {
        let registry = try registry(series: series)
        for format in ExpositionFormat.allCases {
            let scrape = registry.scrape(ScrapeRequest(accept: format.contentType), chunk: chunk)
            #expect(scrape.format == format)
            let escaping = format == .text004 ? "" : "; escaping=underscores"
            #expect(scrape.contentType == format.contentType + escaping)
            #expect(scrape.contentEncoding == nil)
            #expect(body(of: scrape) == registry.expose(format))
        }
    }

    @Test(arguments: [1, 5, 10_000], [1, 1 << 12, 1 << 20])
    func gzipUnpacksToTheSame(_ series: Int, _ chunk: Int) throws {
        let registry = try registry(series: series)
        let scrape = registry.scrape(ScrapeRequest(acceptEncoding: "br, gzip"), chunk: chunk)
        let plain = registry.expose(.text004)
        let bytes = body(of: scrape)
        guard series > 5 else {
            #expect(scrape.contentEncoding == nil)
            #expect(bytes == plain)
            return
        }
        #expect(scrape.contentEncoding == "gzip")
        #expect(bytes.count * 5 < plain.count)
        let unpack = "import gzip, sys; sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))"
        let answer = try Oracle.python(unpack).ask(bytes)
        #expect(answer.output == String(decoding: plain, as: UTF8.self))
    }

    @Test(arguments: [
        (nil, false), ("", false), ("gzip", true), ("GZIP", true), ("deflate", false), ("gzip;q=0", false),
        ("gzip; q=0.0", false), ("gzip;q=0.1", true), ("*", true), ("*;q=0", false), ("identity, *;q=0", false),
        ("x-gzip", true), ("gzip;q=x", false), ("*, gzip;q=0", false), (",;,", false),
    ])
    func whoAcceptsGzip(_ header: String?, _ expected: Bool) throws {
        let scrape = try registry(series: 1_000).scrape(ScrapeRequest(acceptEncoding: header))
        #expect((scrape.contentEncoding == "gzip") == expected)
    }

    @Test(arguments: [
        (["calls_total"], ["calls_total"]), (["calls"], ["calls_total"]), (["waits_seconds_bucket"], ["waits_seconds"]),
        (["waits_seconds", "calls_total"], ["calls_total", "waits_seconds"]), (["nothing"], []),
    ])
    func namesChooseFamilies(_ names: [String], _ expected: [String]) throws {
        let scrape = try registry(series: 2).scrape(ScrapeRequest(names: names))
        let exposition = try ParsedExposition(parsing: body(of: scrape), format: .text004)
        #expect(exposition.families.map(\.name) == expected)
    }

    @Test func whatIsRemovedMeanwhileStaysWhole() throws {
        let registry = try registry(series: 5_000)
        let calls = try registry.counter("calls_total", help: "Calls.", labels: [Label("key", .declared)])
        let before = registry.expose(.text004)
        let scrape = registry.scrape(ScrapeRequest(), chunk: 1 << 10)
        var body = scrape.next() ?? []
        for key in 0..<5_000 { calls.remove("key \(key)") }
        // Long enough for what was removed to be freed, if nobody looked at it.
        for _ in 0..<100 { _ = registry.expose(.text004) }
        while let bytes = scrape.next() { body += bytes }
        #expect(body == before)
    }

    @Test func aScrapeCanBeLeft() throws {
        let registry = try registry(series: 5_000)
        for _ in 0..<1_000 { _ = registry.scrape(ScrapeRequest(acceptEncoding: "gzip")).next() }
    }
}
