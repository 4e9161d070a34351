internal import CFuzzer
internal import Foundation
internal import Workflow

@main
enum FuzzJSON {
    static func main() {
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        exit(LLVMFuzzerRunDriver(&count, &arguments) { fuzzJSON($0, $1) })
    }
}

/// What parses is written and read back as the same value; what does not gives an error with a place inside the text.
private func fuzzJSON(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: start, count: count)
    do throws(JSONError) {
        let value = try JSONValue(parsing: bytes)
        let written = value.encoded
        guard let again = try? JSONValue(parsing: written), again == value else {
            fatalError("read back as another value: \(value)")
        }
        guard again.encoded == written else { fatalError("written in two ways: \(value)") }
        guard value.isEqual(to: again) else { fatalError("not equal to itself: \(value)") }
    } catch {
        guard 0...count ~= error.offset, error.line >= 1, error.column >= 1, !error.description.isEmpty else {
            fatalError("an error without a place: \(error)")
        }
    }
    return 0
}
