import Foundation
import Workflow

/// What one case cost: how long a core was held without a pause, and how far memory grew.
struct Measurement {
    var milliseconds = 0.0
    var megabytes = 0
    var remark = ""
}

/// Linux: the memory of this process, now and at most, in KiB.
enum Memory {
    static func reset() { try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8) }
    static var now: Int { field("VmRSS") }
    static var peak: Int { field("VmHWM") }

    private static func field(_ name: String) -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
        return line.split { !$0.isNumber }.first.flatMap { Int($0) } ?? 0
    }
}

func measured(_ body: () -> Measurement) -> Measurement {
    Memory.reset()
    let before = Memory.now
    var result = body()
    result.megabytes = max(0, Memory.peak - before) / 1024
    return result
}

/// One call without a pause in it.
func timed(_ body: () -> String) -> Measurement {
    let clock = ContinuousClock()
    let start = clock.now
    let remark = body()
    return Measurement(milliseconds: (clock.now - start).inSeconds * 1000, remark: remark)
}

/// Reads a definition.
func read(_ source: String) -> Measurement {
    timed {
        let reading = DefinitionReader.read(source)
        return reading.definition == nil ? "\(reading.problems.count) problems" : "read"
    }
}

/// Drives an execution as an engine does, and finds the longest stretch between two pauses.
func run(_ source: String, _ data: JSONObject) -> Measurement {
    let reading = DefinitionReader.read(source)
    guard let definition = reading.definition, let program = try? Program(definition) else {
        return Measurement(remark: reading.problems.first?.message ?? "no program")
    }
    let origin = Execution.Origin(
        trigger: .manual, eventID: "e", eventName: "manual", data: data, startedAt: Timestamp(microseconds: 0))
    var execution = Execution(id: ExecutionID(rawValue: 1), program: program, origin: origin)
    let clock = ContinuousClock()
    let begin = clock.now
    var result = Measurement()
    while execution.isReady, clock.now - begin < .seconds(20) {
        let start = clock.now
        settle(&execution)
        if execution.isRecordDue { _ = execution.takeRecord() }
        result.milliseconds = max(result.milliseconds, (clock.now - start).inSeconds * 1000)
    }
    _ = execution.takeRecord()
    result.remark = execution.outcome.map { $0.reason ?? $0.result.rawValue } ?? "still running"
    return result
}

private func settle(_ execution: inout Execution) {
    let start = execution.work
    var left = 500
    while left > 0, execution.isReady, execution.work - start < Execution.workWithoutPause {
        left -= 1
        _ = execution.handle(.advance(at: Timestamp(microseconds: 1)))
    }
}
