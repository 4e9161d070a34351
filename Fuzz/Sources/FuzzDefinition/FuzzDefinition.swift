internal import CFuzzer
internal import Foundation
internal import Workflow

@main
enum FuzzDefinition {
    static func main() {
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        exit(LLVMFuzzerRunDriver(&count, &arguments) { fuzzDefinition($0, $1) })
    }
}

/// A definition comes out exactly when there are no errors; every problem has a place and can be shown; reading twice
/// gives the same.
private func fuzzDefinition(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    if let rule = RuleReader.read(bytes).rule { _ = try? rule.condition.explain(in: Scope(context: ["a": "aaaa"])) }
    let reading = DefinitionReader.read(bytes)
    guard (reading.definition == nil) == !reading.errors.isEmpty else {
        fatalError("neither a definition nor an error, or both")
    }
    for problem in reading.problems where problem.line < 1 || problem.column < 1 || problem.remedy.isEmpty {
        fatalError("a problem without a place or a remedy: \(problem)")
    }
    _ = reading.rendered(file: "input")
    guard let definition = reading.definition else { return 0 }
    let again = DefinitionReader.read(definition.source)
    guard again.definition?.id == definition.id, again.problems == reading.problems else {
        fatalError("read differently a second time")
    }
    exercise(definition.steps)
    if let program = try? Program(definition) {
        for test in definition.tests.prefix(3) { _ = test.run(on: program) }
    }
    return 0
}

/// Asks every condition and fills in every template, on a context that has a little of everything.
private func exercise(_ steps: [Step]) {
    let order: JSONObject = ["id": "o1", "total": 12.5, "items": [["sku": "a"]], "note": "aaaaaaaaaaaaaaaaaaaaab"]
    let scope = Scope(context: ["order": .object(order), "a": "aaaa", "x": [1, 2, .null]])
    for step in steps {
        for call in step.kind.activities + step.kind.asideActivities + step.compensation {
            _ = try? call.arguments.render(in: scope)
        }
        switch step.kind {
        case .condition(let condition, _, _): _ = condition.evaluate(in: scope)
        case .decision(_, let reason, _): _ = try? reason?.renderText(in: scope)
        case .parallel(let branches, _): exercise(branches)
        case .foreach(let items, _, let body):
            _ = try? items.render(in: scope)
            exercise(body)
        case .loop(let condition, _, let body):
            _ = condition.evaluate(in: scope)
            exercise(body)
        case .wait(.until(let time)): _ = try? time.renderText(in: scope)
        case .execute, .wait, .workflow, .approval: break
        }
    }
}
