import PromQL

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

// How fast queries are read, on one core. The argument is a file with one query on each line; without it, queries are
// generated from a seed. Those that cannot be read are left out.

func generated() -> [String] {
    var generator = QueryGenerator(seed: 1)
    return (0..<20_000).map { _ in generator.query() }
}

func lines(of path: String) -> [String] {
    guard let file = fopen(path, "r") else { fatalError("no such file: \(path)") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    return bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
}

/// The best of a few rounds over all queries, in seconds.
func best(_ work: () -> Void) -> Double {
    let clock = ContinuousClock()
    let shortest = (0..<10).map { _ in clock.measure(work) }.min() ?? .zero
    return Double(shortest.components.attoseconds) * 1e-18 + Double(shortest.components.seconds)
}

let queries = CommandLine.arguments.dropFirst().first.map(lines(of:)) ?? generated()
let readable = queries.filter { (try? Expression(parsing: $0)) != nil }
let trees = readable.compactMap { try? Expression(parsing: $0) }
let bytes = readable.reduce(0) { $0 + $1.utf8.count }
var checksum = 0

func report(_ name: String, _ seconds: Double) {
    let rate = Double(bytes) / seconds / 1e6
    let each = seconds * 1e9 / Double(max(readable.count, 1))
    print("| \(name) | \(Double(Int(rate * 10)) / 10) | \(Int(each)) |")
}

print("\(readable.count) of \(queries.count) queries, \(bytes) bytes\n")
print("| work | MB/s | ns per query |\n|---|---|---|")
report(
    "parse", best { for query in readable { checksum += (try? Expression(parsing: query))?.range.offsets.count ?? 0 } })
report("types", best { for tree in trees { checksum += tree.typing.errors.count } })
report("print", best { for tree in trees { checksum += tree.description.utf8.count } })
report("labels", best { for tree in trees { checksum += tree.seriesLabels { _ in nil }.always.count } })
if checksum == 0 { print("nothing was read") }
