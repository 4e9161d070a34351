internal import CFuzzer
internal import Foundation
internal import PromQL

@main
enum FuzzPromQL {
    static func main() {
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        exit(LLVMFuzzerRunDriver(&count, &arguments) { fuzzPromQL($0, $1) })
    }
}

/// What parses is printed and read back as the same, and every error has a place and a remedy.
private func fuzzPromQL(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    do throws(PromQLError) {
        check(try PromQL.Expression(parsing: bytes), bytes)
    } catch {
        check(error, bytes)
    }
    return 0
}

private func check(_ expression: PromQL.Expression, _ bytes: [UInt8]) {
    let typing = expression.typing
    for error in typing.errors { check(error, bytes) }
    if typing.type != expression.type { fatalError("two types") }
    checkRanges(expression, inside: SourceRange(0..<bytes.count))
    _ = expression.seriesLabels { $0.utf8.count % 2 == 0 ? .exactly(["job", "le"], possible: ["a"]) : nil }
    let text = expression.description
    do throws(PromQLError) {
        let again = try PromQL.Expression(parsing: text)
        let wrapped = try PromQL.Expression(parsing: expression.wrapped(width: 40))
        guard again == expression, wrapped == expression, again.description == text else {
            fatalError("another tree: \(text)")
        }
        guard again.typing.errors.map(\.message) == typing.errors.map(\.message) else {
            fatalError("other types: \(text)")
        }
    } catch {
        fatalError("not read back: \(text): \(error)")
    }
}

private func check(_ error: PromQLError, _ bytes: [UInt8]) {
    let range = error.range.offsets
    guard range.lowerBound >= 0, range.upperBound <= bytes.count else { fatalError("no place in the text: \(error)") }
    guard !error.message.isEmpty, !error.remedy.isEmpty else { fatalError("nothing said: \(error)") }
}

private func checkRanges(_ expression: PromQL.Expression, inside whole: SourceRange) {
    let range = expression.range.offsets
    guard range.lowerBound >= whole.offsets.lowerBound, range.upperBound <= whole.offsets.upperBound else {
        fatalError("\(range) is outside of \(whole.offsets)")
    }
    for child in expression.children { checkRanges(child, inside: expression.range) }
}
