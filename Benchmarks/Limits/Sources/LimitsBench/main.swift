import Foundation
import Workflow

// The dearest patterns, conditions, loops, texts and definitions that were found. Arguments name those to measure.

func text(_ bytes: Int) -> JSONValue { .string(String(repeating: "a", count: bytes)) }
func steps(_ lines: String) -> String { "id: w\ntrigger: {type: manual}\nsteps:\n\(lines)" }
func list(_ count: Int, _ part: (Int) -> String) -> String { (0..<count).map(part).joined(separator: ", ") }

func asking(_ comparison: String, times: Int = 990) -> String {
    steps("  - {id: ask, type: condition, condition: {or: [\(list(times) { _ in comparison })]}}")
}

func each(_ body: String) -> String { steps("  - {id: each, type: foreach, items: '{{n}}', steps: [\(body)]}") }

func pattern(_ source: String, _ text: String) -> Measurement {
    timed { ((try? Pattern(parsing: source))?.matches(text)).map { "\($0)" } ?? "refused" }
}

func json(_ source: String) -> Measurement {
    timed { (try? JSONValue(parsing: source.utf8)) == nil ? "refused" : "read" }
}

let numbers = JSONValue.array((0..<10_000).map { .integer($0) })
let names = JSONValue.array((0..<80_000).map { .string("item-number-\($0)") })
let objects = JSONValue.array((0..<45_000).map { ["a": .integer($0)] })
let beyond = String(repeating: "ß", count: 32 << 10)
let set = "{id: a, type: execute, execute: [{type: set, values: {x: '{{t}}{{item}}'}}]}"

let cases: [(name: String, body: () -> Measurement)] = [
    ("pattern: all alive", { pattern("(a?){900}b", String(repeating: "a", count: 64 << 10)) }),
    ("pattern: case", { pattern("(?i)([^é]?){900}b", beyond) }),
    ("pattern: classes", { pattern("([à-ïñ-üā-ďđ-ģĥ-ķ]?){300}b", beyond) }),
    ("pattern: counts", { pattern("((((a{10}){10}){10}){10}){10}", "") }),
    (
        "condition: patterns",
        { run(asking("{field: t, operator: matches, value: '(a?){400}b'}", times: 60), ["t": text(64 << 10)]) }
    ),
    ("condition: contains", { run(asking("{field: t, operator: contains, value: ab}"), ["t": text(1 << 20)]) }),
    ("condition: length", { run(asking("{field: t.length, operator: lt, value: 1}"), ["t": text(1 << 20)]) }),
    ("condition: templates", { run(asking("{field: t, operator: eq, value: 'x{{t}}'}"), ["t": text(900_000)]) }),
    ("condition: in", { run(asking("{field: x, operator: in, value: '{{l}}'}"), ["l": names, "x": "none"]) }),
    ("condition: objects", { run(asking("{field: l, operator: neq, value: '{{m}}'}"), ["l": objects, "m": objects]) }),
    (
        "foreach: in",
        {
            run(
                each("{id: a, type: condition, condition: {field: item, operator: in, value: '{{l}}'}}"),
                ["l": names, "n": numbers])
        }
    ),
    (
        "foreach: nested",
        { run(each("{id: g, type: foreach, items: '{{n}}', item_var: k, steps: [\(set)]}"), ["n": numbers]) }
    ),
    ("foreach: set", { run(each(set), ["n": numbers, "t": text(500_000)]) }),
    (
        "foreach: undo",
        {
            run(
                each(
                    "{id: a, type: execute, compensate: [{type: log, message: '{{t}}{{item}}'}], execute: [{type: set, values: {x: 1}}]}"
                ), ["n": numbers, "t": text(900_000)])
        }
    ),
    (
        "set: fifty",
        {
            run(
                steps(
                    "  - {id: a, type: execute, execute: [\(list(50) { "{type: set, values: {x\($0): '{{t}}{{t}}'}}" })]}"
                ), ["t": text(500_000)])
        }
    ),
    (
        "set: doubling",
        {
            run(
                steps(
                    "  - {id: f, type: while, max_iterations: 10000, condition: {field: x, operator: exists}, steps: [{id: a, type: execute, execute: [{type: set, values: {x: ['{{x}}', '{{x}}']}}]}]}"
                ), ["x": 1])
        }
    ),
    (
        "template: lengths",
        {
            run(
                steps(
                    "  - {id: a, type: execute, execute: [{type: set, values: {x: '\(String(repeating: "{{t.length}}", count: 1300))'}}]}"
                ), ["t": text(1 << 20)])
        }
    ),
    ("json: keys", { json("{\(list(49_900) { "\"k\($0)\":1" })}") }),
    ("json: numbers", { json("[\(list(49_900) { _ in "1.7976931348623157e308" })]") }),
    ("json: digits", { json("[0.\(String(repeating: "1", count: 1 << 20))]") }),
    ("json: objects", { json("[\(list(24_900) { _ in "{\"abcdefghijklmnopqrst\":[]}" })]") }),
    (
        "definition: circles",
        {
            read(
                steps(
                    (0..<500).map {
                        "  - {id: s\($0), type: condition, condition: {field: a, operator: exists}, on_true: s\(($0 + 1) % 500), on_false: s\(($0 * 31 + 7) % 500)}"
                    }.joined(separator: "\n")))
        }
    ),
    (
        "definition: misspelt",
        {
            let s = String(repeating: "s", count: 50)
            return read(
                steps(
                    (0..<500).map { "  - {id: \(s)\($0), type: sleep, duration: 1s, next: \(s)\(1000 + $0)x}" }.joined(
                        separator: "\n")))
        }
    ),
    (
        "definition: keys",
        {
            read(
                "id: w\ntrigger: {type: manual}\nsteps: [{id: a, type: decision, decision: allow, \(list(4_900) { "k\($0): 1" })}]"
            )
        }
    ),
    (
        "definition: paths",
        {
            read(
                "output: {a: [\(list(5_000) { "'{{steps.z\($0).output}}'" })]}\n"
                    + steps("  - {id: a, type: decision, decision: allow}"))
        }
    ),
    (
        "definition: bad paths",
        {
            read(
                "output: {a: [\(list(6_000) { "'{{x y\($0)}}'" })]}\n"
                    + steps("  - {id: a, type: decision, decision: allow}"))
        }
    ),
    (
        "definition: templates",
        {
            read(
                "output: {a: [\(list(9_900) { "'{{x\($0)}}'" })]}\n"
                    + steps("  - {id: a, type: decision, decision: allow}"))
        }
    ),
    ("definition: patterns", { read(asking("{field: t, operator: matches, value: '(a?){900}b'}")) }),
]

let chosen = CommandLine.arguments.dropFirst()
print("case                        ms    MB  what came of it")
for (name, body) in cases where chosen.isEmpty || chosen.contains(where: name.contains) {
    let result = measured(body)
    let cells = String(format: "%8.1f %5d", result.milliseconds, result.megabytes)
    print("\(name.padding(toLength: 22, withPad: " ", startingAt: 0))\(cells)  \(result.remark.prefix(70))")
}
