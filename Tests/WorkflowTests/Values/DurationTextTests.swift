import Testing
import Workflow

@Suite("Durations as text")
struct DurationTextTests {
    @Test(
        "A text gives its duration and back",
        arguments: [
            ("500ms", .milliseconds(500)), ("30s", .seconds(30)), ("5m", .seconds(300)), ("1h", .seconds(3600)),
            ("24h", .seconds(86_400)), ("7d", .seconds(604_800)), ("1h30m", .seconds(5400)),
            ("365d", .seconds(31_536_000)),
            ("1d2h3m4s5ms", .milliseconds(93_784_005)), ("0s", .zero), ("90m", .seconds(5400)),
        ] as [(String, Duration)])
    func reads(text: String, duration: Duration) throws {
        #expect(try Duration(parsing: text) == duration)
        #expect(try Duration(parsing: duration.shortText) == duration)
    }

    @Test(
        "A duration has one text",
        arguments: [
            (.seconds(90), "1m30s"), (.seconds(86_400), "1d"), (.microseconds(1500), "1ms"), (.zero, "0s"),
            (.seconds(-5), "0s"), (.microseconds(10), "0s"),
        ] as [(Duration, String)])
    func writes(duration: Duration, text: String) { #expect(duration.shortText == text) }

    @Test(
        "Anything else is refused with the reason",
        arguments: [
            ("", .empty), ("30", .missingUnit("30")), ("s", .malformed("s")), ("30 s", .malformed("30 s")),
            ("-5m", .malformed("-5m")), ("1.5h", .malformed("1.5h")), ("5min", .unknownUnit("min")),
            ("2w", .unknownUnit("w")), ("5M", .unknownUnit("M")), ("30m1h", .disorder("30m1h")),
            ("1m1m", .disorder("1m1m")),
            ("366d", .tooLong("366d")), ("99999999999999999999s", .tooLong("99999999999999999999s")),
            ("9223372036854775807d", .tooLong("9223372036854775807d")), ("1h ", .malformed("1h ")),
            ("١s", .malformed("١s")),
        ] as [(String, DurationError)])
    func refuses(text: String, error: DurationError) {
        #expect(throws: error) { try Duration(parsing: text) }
        #expect(!error.message.isEmpty && !error.remedy.isEmpty)
    }
}
