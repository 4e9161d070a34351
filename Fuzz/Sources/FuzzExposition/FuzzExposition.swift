internal import CFuzzer
internal import Foundation
internal import Instruments

@main
enum FuzzExposition {
    static func main() {
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        exit(LLVMFuzzerRunDriver(&count, &arguments) { fuzzExposition($0, $1) })
    }
}

/// In every format: what parses is written and read back as the same; what does not gives an error with a place inside
/// the text. What text 0.0.4 has, text 1.0.0 has too.
private func fuzzExposition(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: start, count: count)
    var parsed: [TextFormat: ParsedExposition] = [:]
    for format in TextFormat.allCases { parsed[format] = parse(bytes, format) }
    if let old = parsed[.text004], parsed[.text100]?.families != old.families {
        fatalError("text 1.0.0 reads this differently from 0.0.4")
    }
    return 0
}

private func parse(_ bytes: UnsafeBufferPointer<UInt8>, _ format: TextFormat) -> ParsedExposition? {
    do throws(ExpositionError) {
        let exposition = try ParsedExposition(parsing: bytes, format: format)
        let written = exposition.canonical
        guard let again = try? ParsedExposition(parsing: written, format: format), again == exposition else {
            fatalError("read back as another exposition: \(exposition)")
        }
        guard again.canonical == written, again.hashValue == exposition.hashValue else {
            fatalError("written in two ways: \(exposition)")
        }
        for family in exposition.families {
            let points = family.points(in: format)
            guard points.isEmpty == family.samples.isEmpty, points.count <= family.samples.count else {
                fatalError("points that are no samples, or the other way round: \(family)")
            }
        }
        return exposition
    } catch {
        let isShown = !error.message.isEmpty && !error.remedy.isEmpty && !error.description.contains("\n")
        guard 0...bytes.count ~= error.offset, error.line >= 1, error.column >= 1, isShown else {
            fatalError("an error without a place, a reason or a remedy: \(error)")
        }
        return nil
    }
}
