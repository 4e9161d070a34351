import TestSupport
import Testing
import Workflow

@Suite("Cron expressions")
struct CronExpressionTests {
    @Test(
        "An expression has one text",
        arguments: [
            ("* * * * *", "* * * * *"), ("0 9 * * mon-fri", "0 9 * * 1-5"), ("  0\t9 *  * MON-Fri ", "0 9 * * 1-5"),
            ("*/15 * * * *", "*/15 * * * *"), ("0,15,30,45 * * * *", "*/15 * * * *"), ("0/15 * * * *", "*/15 * * * *"),
            ("3/20 * * * *", "3-43/20 * * * *"), ("5-5 * * * *", "5 * * * *"), ("0-59 0-23 * * *", "* * * * *"),
            ("1,2,3,7 0 * * *", "1-3,7 0 * * *"), ("09 007 * * *", "9 7 * * *"), ("*/1 * * * *", "* * * * *"),
            ("0 0 1 jan-mar,DEC *", "0 0 1 1-3,12 *"), ("0 0 * * 0", "0 0 * * 0"), ("0 0 * * 7", "0 0 * * 0"),
            ("0 0 * * fri-sun", "0 0 * * 0,5,6"), ("0 0 * * 5-7", "0 0 * * 0,5,6"), ("0 0 * * sun-tue", "0 0 * * 0-2"),
            ("0 0 * * 7-2", "0 0 * * 0-2"), ("0 0 * * 0-7", "0 0 * * *"), ("0 0 * * 1/2", "0 0 * * 1-5/2"),
            ("0 * * * * *", "* * * * *"), ("*/10 * * * * *", "*/10 * * * * *"), ("30 0 9 * * *", "30 0 9 * * *"),
            ("@hourly", "0 * * * *"), ("@daily", "0 0 * * *"), ("@Weekly", "0 0 * * 0"), ("@monthly", "0 0 1 * *"),
            (" @yearly ", "0 0 1 1 *"), ("0 0 13 * fri", "0 0 13 * 5"), ("0 0 1-31 * fri", "0 0 * * *"),
            ("0 0 */2 * fri", "0 0 */2 * 5"), ("0 0 1-31/2 * fri", "0 0 1-31/2 * 5"),
            ("0 0 */2,4 * fri", "0 0 */2,4 * 5"), ("0 0 10,11 * */7,3", "0 0 10,11 * */7,3"),
            ("*/60 */24 * * *", "0 0 * * *"), ("0 0 29 2 *", "0 0 29 2 *"), ("0 0 30 2 mon", "0 0 30 2 1"),
        ])
    func text(source: String, canonical: String) throws {
        let cron = try CronExpression(parsing: source)
        #expect(cron.description == canonical)
        #expect(try CronExpression(parsing: canonical) == cron)
    }

    @Test(
        "What is no expression is refused at its place",
        arguments: [
            ("", nil, 0, .empty), ("   ", nil, 0, .empty), ("* * * *", nil, 0, .fieldCount(4)),
            ("* * * * * * *", nil, 0, .fieldCount(7)), ("@daily 5", nil, 0, .fieldCount(2)),
            (" @dayly", nil, 1, .unknownMacro("@dayly", nearest: "@daily")),
            ("@", nil, 0, .unknownMacro("@", nearest: nil)), ("60 * * * *", .minute, 0, .outOfRange("60")),
            ("0 24 * * *", .hour, 2, .outOfRange("24")), ("0 0 0 * *", .dayOfMonth, 4, .outOfRange("0")),
            ("0 0 1 13 *", .month, 6, .outOfRange("13")), ("0 0 * * 8", .dayOfWeek, 8, .outOfRange("8")),
            ("99999999999999999999 * * * *", .minute, 0, .outOfRange("99999999999999999999")),
            ("0 0 * * monday", .dayOfWeek, 8, .unknownValue("monday", nearest: "mon")),
            ("0 0 * * mon,wen", .dayOfWeek, 12, .unknownValue("wen", nearest: "wed")),
            ("0 0 1 märz *", .month, 6, .unknownValue("märz", nearest: nil)),
            ("x * * * *", .minute, 0, .unknownValue("x", nearest: nil)),
            ("-5 * * * *", .minute, 0, .missingValue), ("5- * * * *", .minute, 2, .missingValue),
            ("1,,2 * * * *", .minute, 2, .missingValue), ("1, * * * *", .minute, 2, .missingValue),
            ("*/ * * * *", .minute, 2, .missingValue), ("/5 * * * *", .minute, 0, .missingValue),
            ("*/0 * * * *", .minute, 2, .badStep("0")), ("*/90 * * * *", .minute, 2, .badStep("90")),
            ("*/x * * * *", .minute, 2, .badStep("x")), ("*/5/5 * * * *", .minute, 2, .badStep("5/5")),
            ("*-5 * * * *", .minute, 0, .unknownValue("*", nearest: nil)),
            ("**  * * * *", .minute, 0, .unknownValue("**", nearest: nil)),
            ("0 22-2 * * *", .hour, 2, .backwards("22-2")),
            ("0 1-2-3 * * *", .hour, 4, .unknownValue("2-3", nearest: nil)),
            ("0 0 ? * mon", .dayOfMonth, 4, .foreignSign("?")), ("0 0 L * *", .dayOfMonth, 4, .foreignSign("L")),
            ("0 0 * * fri#2", .dayOfWeek, 8, .foreignSign("fri#2")), ("0 0 30 2 *", .dayOfMonth, 4, .never),
            ("0 0 0 31 4,6,9,11 *", .dayOfMonth, 6, .never), ("0 0 31 feb */2", .dayOfMonth, 4, .never),
            ("٣ * * * *", .minute, 0, .unknownValue("٣", nearest: nil)),
        ] as [(String, CronField?, Int, CronError.Reason)])
    func refuses(source: String, field: CronField?, offset: Int, reason: CronError.Reason) {
        let error = #expect(throws: CronError.self) { try CronExpression(parsing: source) }
        #expect(error?.reason == reason)
        #expect(error?.field == field)
        #expect(error?.offset == offset)
        #expect(error.map { !$0.message.isEmpty && !$0.remedy.isEmpty } == true)
    }

    @Test("An error says in words what is wrong and how to mend it")
    func words() {
        let error = #expect(throws: CronError.self) { try CronExpression(parsing: "*/90 * * * *") }
        #expect(
            error?.description == """
                the step "90" in the field for the minute is no number of 1 or more that fits into it; use 1 to 60; \
                for longer steps use interval, such as 90m
                """)
    }

    @Test("A long text is refused before it is read")
    func long() {
        let source = String(repeating: "0,", count: 500) + "0 * * * *"
        #expect(throws: CronError.self) { try CronExpression(parsing: source) }
    }

    @Test("Any text is read or refused, and what is read has a text of its own", arguments: 0..<8 as Range<UInt64>)
    func anything(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let letters = Array("0123456789*,-/ *, @mondayLW?#\u{0}é7")
        for _ in 0..<300 {
            let length = Int.random(in: 0..<24, using: &random)
            let source = String((0..<length).map { _ in letters.randomElement(using: &random) ?? " " })
            guard let cron = try? CronExpression(parsing: source) else { continue }
            #expect(try CronExpression(parsing: cron.description) == cron, "\(source)")
        }
        for _ in 0..<300 {
            let made = RandomCron(using: &random)
            guard let cron = try? CronExpression(parsing: made.text) else { continue }
            let again = try CronExpression(parsing: cron.description)
            #expect(again == cron, "\(made.text)")
            #expect(again.description == cron.description)
        }
    }
}
