import Workflow

// Enums are stored as small integers. Their numbers are part of the file's format: add, never renumber.

extension ExecutionStatus {
    var code: Int64 {
        switch self {
        case .queued: 0
        case .running: 1
        case .waiting: 2
        case .paused: 3
        case .ended: 4
        // Below 4, as all that have not ended: the index of active ones says so.
        case .deadLetter: -1
        }
    }
}

extension ExecutionResult {
    var code: Int64 {
        switch self {
        case .allowed: 0
        case .blocked: 1
        case .executed: 2
        case .failed: 3
        case .cancelled: 4
        case .timeout: 5
        }
    }
}

extension ErrorType {
    var code: Int64 {
        switch self {
        case .contextBuild: 0
        case .execution: 1
        case .validation: 2
        case .timeout: 3
        case .internal: 4
        }
    }
}

extension TriggerType {
    var code: Int64 {
        switch self {
        case .event: 0
        case .schedule: 1
        case .manual: 2
        case .webhook: 3
        case .workflow: 4
        }
    }
}

extension StepStatus {
    var code: Int64 {
        switch self {
        case .completed: 0
        case .failed: 1
        case .skipped: 2
        case .timeout: 3
        case .running: 4
        case .waiting: 5
        }
    }
}

extension TallyQuery.Interval {
    var code: Int64 { self == .hour ? 0 : 1 }
}

extension Signal.Kind {
    var code: Int64 {
        switch self {
        case .event: 0
        case .pause: 1
        case .resume: 2
        case .cancel: 3
        case .message: 4
        case .terminate: 5
        }
    }
}

extension Row {
    /// The case whose code stands in the column.
    func decoded<Value: CaseIterable>(
        _ column: Int32, _ code: (Value) -> Int64
    ) throws(VerbFailure) -> Value {
        let found = integer(column)
        for value in Value.allCases where code(value) == found { return value }
        throw .refused(.corrupt("\(found) is no \(Value.self)"))
    }

    func timestamp(_ column: Int32) -> Timestamp { Timestamp(microseconds: integer(column)) }

    func optionalTimestamp(_ column: Int32) -> Timestamp? { isNull(column) ? nil : timestamp(column) }
}

extension Statement {
    @discardableResult
    func bind(_ timestamp: Timestamp?) -> Statement { bind(timestamp?.microseconds) }

    @discardableResult
    func bind(_ id: ExecutionID) -> Statement { bind(id.rawValue) }
}

/// Execution ids as one value of a column: eight bytes each, the most significant first.
enum IDList {
    static func encode(_ ids: [ExecutionID]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(ids.count * 8)
        for id in ids {
            for shift in stride(from: Int64(56), through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: id.rawValue >> shift))
            }
        }
        return bytes
    }

    static func decode(_ bytes: [UInt8]) -> [ExecutionID] {
        stride(from: 0, to: bytes.count - bytes.count % 8, by: 8).map { start in
            var value: Int64 = 0
            for byte in bytes[start..<start + 8] { value = value << 8 | Int64(byte) }
            return ExecutionID(rawValue: value)
        }
    }
}
