import Testing
import Workflow

extension JournalConformance {
    static let scheduleCases: [JournalCase] = [
        JournalCase("a schedule's progress only goes forward, and is the workflow's") { bench in
            try await bench.deploy("1")
            #expect(try await bench.schedule() == ScheduleState())
            for (time, expected) in [(Int64(5), Int64(5)), (9, 9), (7, 9), (10, 10)] {
                #expect(try await bench.update(.handleSchedule(upTo: .at(time))))
                #expect(try await bench.schedule() == ScheduleState(handled: .at(expected)))
            }
            let version = try await bench.journal.workflows(.version(workflow: "orders", version: "1"))
            #expect(version.map(\.schedule) == [ScheduleState(handled: .at(10))])
        },
        JournalCase("a schedule is paused and resumed, whatever else is set") { bench in
            try await bench.deploy("1")
            #expect(try await bench.update(.pauseSchedule))
            #expect(try await bench.update(.handleSchedule(upTo: .at(3))))
            #expect(try await bench.update(.disable))
            #expect(try await bench.schedule() == ScheduleState(handled: .at(3), isPaused: true))
            #expect(try await bench.update(.pauseSchedule))
            #expect(try await bench.update(.resumeSchedule))
            #expect(try await bench.schedule() == ScheduleState(handled: .at(3)))
        },
        JournalCase("the first version brings the schedule's state, further ones keep it, deletion clears it") {
            bench in
            let begin = ScheduleState(handled: .at(2), isPaused: true)
            try await bench.deploy("1", begin)
            #expect(try await bench.schedule() == begin)
            try await bench.deploy("2", ScheduleState(handled: .at(99)))
            try await bench.deploy("1", ScheduleState(handled: .at(99)))
            #expect(try await bench.schedule() == begin)
            #expect(try await bench.update(.delete))
            let version = try await bench.journal.workflows(.version(workflow: "orders", version: "1"))
            #expect(version.map(\.schedule) == [ScheduleState()])
            for change in [WorkflowChange.handleSchedule(upTo: .at(5)), .pauseSchedule, .resumeSchedule] {
                #expect(try await bench.update(change) == false)
            }
            try await bench.deploy("1", ScheduleState(handled: .at(50)))
            #expect(try await bench.schedule() == ScheduleState(handled: .at(50)))
        },
        JournalCase("an occurrence that is ingested moves its schedule on, also when its event is known") { bench in
            let lease = try await bench.lease()
            try await bench.deploy("1")
            func occurrence(_ id: String, _ time: Int64, data: JSONValue = 1) -> Arrival {
                var arrival = Arrival.sample(id, data: data)
                arrival.schedule = ScheduleMark(workflow: "orders", handled: .at(time))
                return arrival
            }
            #expect(try await bench.ingest(occurrence("a", 5), lease: lease) == [.accepted(woken: [])])
            #expect(try await bench.schedule().handled == .at(5))
            #expect(try await bench.ingest(occurrence("a", 7), lease: lease) == [.duplicate(executions: [])])
            #expect(try await bench.schedule().handled == .at(7))
            try await bench.ingest(occurrence("b", 6), lease: lease)
            #expect(try await bench.schedule().handled == .at(7))
            // Another event with its id is not the occurrence.
            #expect(try await bench.ingest(occurrence("a", 9, data: 2), lease: lease) == [.conflict])
            #expect(try await bench.schedule().handled == .at(7))
            await bench.expectFenced { try await bench.ingest(occurrence("c", 9), lease: Lease(token: 99)) }
            #expect(try await bench.schedule().handled == .at(7))
        },
        JournalCase("the mark of a workflow that is not deployed goes nowhere") { bench in
            let lease = try await bench.lease()
            // An execution makes the workflow's name known.
            var arrival = Arrival.sample("a", starting: [.sample(1)])
            arrival.schedule = ScheduleMark(workflow: "orders", handled: .at(5))
            #expect(try await bench.ingest(arrival, lease: lease) == [.accepted(woken: [])])
            try await bench.deploy("1")
            #expect(try await bench.schedule() == ScheduleState())
        },
    ]
}

extension JournalBench {
    fileprivate func deploy(_ version: String, _ schedule: ScheduleState = ScheduleState()) async throws {
        let record = WorkflowRecord(
            id: "orders", version: version, source: "text", enabled: true, deployedAt: .at(1), schedule: schedule)
        _ = try await journal.deploy(record)
    }

    fileprivate func update(_ change: WorkflowChange) async throws -> Bool {
        try await journal.update(workflow: "orders", change)
    }

    fileprivate func schedule() async throws -> ScheduleState {
        try #require(try await journal.workflows(.current).first).schedule
    }
}
