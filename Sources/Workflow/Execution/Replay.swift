/// How an execution goes on from its journal: some records at a time, as the whole of a long history may take longer than
/// others should have to wait.
public struct Replay: Sendable {
    /// Work after which others should have their turn: so many transitions, or 64 KiB of records; about a millisecond.
    private static let stretch = 500
    private static let bytesPerTransition = 128

    /// As the records applied so far leave it.
    public private(set) var execution: Execution
    /// What these records say, in order; empty unless it is told.
    public private(set) var changes: [ExecutionChange] = []
    private let isTold: Bool
    private let records: [[UInt8]]
    private let coding: TransitionCoding
    private var next = 0

    /// - Parameters:
    ///   - records: of the journal, in order.
    ///   - isTold: whether it is kept what each record says. The trace of the execution holds the attempts of each step
    ///     then.
    public init(
        id: ExecutionID, program: Program, origin: Execution.Origin, records: [[UInt8]], isTold: Bool = false
    ) {
        execution = Execution(id: id, program: program, origin: origin)
        execution.keepsAttempts = isTold
        coding = TransitionCoding(origin: origin.startedAt)
        self.isTold = isTold
        self.records = records
    }

    /// Applies further records, for about a millisecond. Of no use after an error.
    /// - Returns: whether any is left.
    public mutating func advance() throws(RecordError) -> Bool {
        var work = 0
        while next < records.count {
            guard work < Self.stretch else { return true }
            let transitions = try coding.decode(records[next], number: next)
            for transition in transitions {
                guard execution.fits(transition) else {
                    throw RecordError(number: next, reason: "does not fit the definition")
                }
                if isTold {
                    execution.follow(transition, record: next, &changes)
                } else {
                    execution.apply(transition)
                }
            }
            execution.recordedBytes += records[next].count
            work += transitions.count + records[next].count / Self.bytesPerTransition
            next += 1
        }
        execution.waitsChanged = false
        execution.approvalsChanged = false
        return false
    }
}

extension Execution {
    /// Goes on from a journal: applies its records in order, all at once.
    public init(id: ExecutionID, program: Program, origin: Origin, records: [[UInt8]]) throws(RecordError) {
        var replay = Replay(id: id, program: program, origin: origin, records: records)
        while try replay.advance() {}
        self = replay.execution
    }
}

/// A record of the journal that cannot be understood.
public struct RecordError: Error, Sendable, Hashable {
    public var number: Int
    public var reason: String
}
