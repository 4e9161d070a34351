internal import CFuzzer
internal import Foundation
internal import Instruments

@main
enum FuzzLabels {
    static func main() {
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        exit(LLVMFuzzerRunDriver(&count, &arguments) { fuzzLabels($0, $1) })
    }
}

/// Whatever a help text and label values are, the exposition has exactly one series more in each family that got one,
/// with these values. A byte 0xFF, which no UTF-8 has, parts the help text and the values.
private func fuzzLabels(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: start, count: count)
    var texts = bytes.split(separator: 0xFF, maxSplits: 2, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
    while texts.count < 3 { texts.append("") }
    let values = Array(texts[1...])
    let registry = Registry()
    let labels = [Label("first", .declared), Label("second", .open(cap: 1))]
    guard let steady = try? registry.gauge("steady", help: "Stays."),
        let hits = try? registry.counter("hits_total", help: texts[0], labels: labels),
        let level = try? registry.gauge("level", help: texts[0], labels: labels),
        let wait = try? registry.histogram("wait_seconds", help: texts[0], labels: labels, buckets: [1])
    else { fatalError("not registered with the help text \(texts[0].debugDescription)") }
    steady.only.set(1)
    let before = expositions(of: registry)
    hits.with(values).increment()
    level.with(values).set(1)
    wait.with(values).observe(1)
    for (before, after) in zip(before, expositions(of: registry)) {
        let added = after.families.filter { !before.families.contains($0) }
        guard after.families.count == before.families.count + 3, added.count == 3 else {
            fatalError("families came or went: \(after)")
        }
        for family in added { check(family, in: after.format, help: texts[0], values) }
    }
    return 0
}

private func expositions(of registry: Registry) -> [ParsedExposition] {
    ExpositionFormat.allCases.compactMap { format in
        guard let text = TextFormat(contentType: format.contentType) else { return nil }
        do throws(ExpositionError) {
            return try ParsedExposition(parsing: registry.expose(format), format: text)
        } catch {
            fatalError("what was exposed is not \(text): \(error)")
        }
    }
}

private func check(_ family: ParsedExposition.Family, in format: TextFormat, help: String, _ values: [String]) {
    // Blanks around a help text cannot be told from those around any word of a line.
    let shown = format == .openMetrics100 ? Array(help.utf8) : trimmed(help)
    guard Array((family.help ?? "").utf8) == shown else { fatalError("another help text: \(family)") }
    let points = family.points(in: format)
    guard points.count == 1, points[0].labels.map(\.name) == ["first", "second"],
        zip(points[0].labels, values).allSatisfy({ $0.value.utf8.elementsEqual($1.utf8) })
    else { fatalError("another series, or more than one: \(family)") }
}

private func trimmed(_ text: String) -> [UInt8] {
    let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    return Array(text.utf8.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
}
