/// The workflows of the simulation.
struct Definitions {
    let id: String
    /// The event that starts it; nil when something else does.
    let event: String?
    let isScheduled: Bool
    private let rest: String

    /// - Parameter rest: all but the head.
    private init(_ id: String, event: String? = nil, isScheduled: Bool = false, _ rest: String) {
        self.id = id
        self.event = event
        self.isScheduled = isScheduled
        self.rest = rest
    }

    func text(version: Int) -> String {
        let trigger = event.map { "trigger: {type: event, event: \($0)}\n" } ?? ""
        return "workflow_id: \(id)\nversion: \"\(version)\"\ntimeout: 4m\n\(trigger)\(rest)"
    }

    /// Those that belong together.
    static let groups = [
        [order], [batch], [review], [caller, callee, listener], [either], [beside], [pure], [tick], [tock],
    ]
    static let all = groups.flatMap(\.self)

    /// An attempt at the receiver, at a place of its own in the execution.
    private static func call(_ name: String, place: String = "-", into: String? = nil) -> String {
        let into = into.map { ", into: \($0)" } ?? ""
        return """
            {type: http_request, url: "http://receiver/\(name)", body: {place: "\(place)", version: \
            "{{workflow.version}}"}\(into)}
            """
    }

    private static let patient = "retry: {max_attempts: 4, initial_delay: 500ms, max_delay: 4s}"

    static let order = Definitions(
        "order", event: "order.placed",
        """
        steps:
          - {id: large, type: condition, condition: {field: total, operator: gt, value: 30}, on_true: book, on_false: small}
          - {id: small, type: action, action: {type: allow}}
          - id: book
            type: execute
            \(patient)
            execute: [\(call("book", into: "booked"))]
            compensate: [\(call("undo-book"))]
          - {id: paid, type: wait, wait: {event: order.paid, match: {number: "{{number}}"}, timeout: 20s, on_timeout: remind}}
          - id: charge
            type: execute
            \(patient)
            execute: [\(call("charge")), {type: set, values: {charged: true}}, \(call("note"))]
            compensate: [\(call("undo-charge"))]
          - id: ship
            type: parallel
            steps:
              - {id: pick, type: execute, retry: {max_attempts: 2}, execute: [\(call("pick"))]}
              - {id: pack, type: execute, retry: {max_attempts: 2}, execute: [\(call("pack"))]}
              - {id: label, type: sleep, duration: 3s}
          - {id: done, type: action, action: {type: allow}}
          - {id: remind, type: execute, next: charge, on_error: charge, timeout: 10s, execute: [\(call("remind"))]}
        """)

    static let batch = Definitions(
        "batch", event: "batch.sent",
        """
        steps:
          - id: each
            type: foreach
            items: "{{items}}"
            item_var: item
            steps:
              - id: reserve
                type: execute
                \(patient)
                execute: [\(call("reserve", place: "{{item}}"))]
                compensate: [\(call("undo-reserve", place: "{{item}}"))]
              - {id: even, type: condition, condition: {field: item, operator: in, value: [2, 4]}, on_true: rest}
              - {id: rest, type: sleep, duration: 1s}
          - id: poll
            type: while
            condition: {field: job.done, operator: neq, value: true}
            max_iterations: 3
            steps:
              - {id: ask, type: execute, \(patient), execute: [\(call("ask", place: "{{iteration}}", into: "job"))]}
              - {id: pause, type: sleep, duration: 2s}
          - {id: told, type: execute, execute: [{type: log, message: "{{items.length}} items"}]}
        """)

    static let review = Definitions(
        "review", event: "review.asked",
        """
        steps:
          - id: hold
            type: execute
            \(patient)
            execute: [\(call("hold"))]
            compensate: [\(call("undo-hold"))]
          - id: people
            type: approval
            title: "Review {{number}}"
            approvers: [ann, bob, cy]
            quorum: 2
            expires: 30s
            reminder: {every: 7s, execute: [\(call("remind-people"))]}
            escalation: {after: 15s, approvers: [dot]}
            on_approved: pay
            on_expired: late
          - {id: pay, type: execute, \(patient), execute: [\(call("pay"))]}
          - {id: done, type: action, action: {type: allow}}
          - {id: late, type: action, action: {type: block, reason: "nobody decided"}}
        """)

    static let caller = Definitions(
        "caller", event: "call.made",
        """
        steps:
          - {id: check, type: workflow, workflow: callee, input: {number: "{{number}}"}, into: checked, on_error: tell}
          - {id: more, type: workflow, workflow: callee, mode: start, input: {number: 7}}
          - {id: tell, type: execute, execute: [{type: emit, event: news.told, data: {number: "{{number}}"}}]}
          - {id: done, type: action, action: {type: allow}}
        """)

    static let callee = Definitions(
        "callee",
        """
        trigger: {type: manual}
        steps:
          - {id: odd, type: condition, condition: {field: number, operator: gt, value: 50}, on_true: nap, on_false: work}
          - {id: nap, type: sleep, duration: 4s}
          - {id: work, type: execute, \(patient), execute: [\(call("work", into: "worked"))]}
        output: {attempt: "{{worked.attempt}}"}
        """)

    static let listener = Definitions(
        "listener", event: "news.told",
        """
        steps:
          - {id: rest, type: sleep, duration: 3s}
          - {id: done, type: action, action: {type: allow}}
        """)

    static let either = Definitions(
        "either", event: "either.begun",
        """
        steps:
          - id: one
            type: wait
            any: [{event: a.came, match: {number: "{{number}}"}}, {event: b.came, match: {number: "{{number}}"}}]
            timeout: 12s
            on_timeout: any
          - id: any
            type: parallel
            strategy: any_can_pass
            on_error: best
            steps:
              - {id: quick, type: execute, execute: [\(call("quick"))]}
              - {id: slow, type: execute, execute: [\(call("slow")), \(call("slower"))]}
              - {id: never, type: condition, condition: {field: number, operator: lt, value: 0}}
          - id: best
            type: parallel
            strategy: best_effort
            steps:
              - {id: left, type: execute, execute: [\(call("left"))]}
              - {id: right, type: execute, timeout: 8s, execute: [\(call("right"))]}
          - id: both
            type: wait
            all: [{event: a.came, match: {number: "{{number}}"}}, {event: b.came, match: {number: "{{number}}"}}]
            timeout: 15s
            on_timeout: late
          - {id: done, type: action, action: {type: allow}}
          - {id: late, type: action, action: {type: block}}
        """)

    static let beside = Definitions(
        "beside", event: "beside.begun",
        """
        steps:
          - id: all
            type: parallel
            strategy: best_effort
            steps:
              - {id: heard, type: wait, wait: {event: a.came, match: {number: "{{number}}"}, timeout: 10s}}
              - {id: near, type: execute, \(patient), execute: [\(call("near"))]}
              - {id: far, type: execute, execute: [\(call("far")), \(call("farther"))]}
          - {id: done, type: action, action: {type: allow}}
        """)

    static let pure = Definitions(
        "pure", event: "order.placed",
        """
        steps:
          - {id: large, type: condition, condition: {field: total, operator: gt, value: 30}, on_true: refuse, on_false: accept}
          - {id: refuse, type: action, action: {type: block}}
          - {id: accept, type: action, action: {type: allow}}
        """)

    static let tick = Definitions(
        "tick", isScheduled: true,
        """
        trigger: {type: schedule, interval: 7s, overlap: queue, catch_up: all, catch_up_window: 1h, catch_up_limit: 1000}
        steps:
          - {id: work, type: execute, on_error: done, execute: [\(call("tick"))]}
          - {id: done, type: action, action: {type: allow}}
        """)

    static let tock = Definitions(
        "tock", isScheduled: true,
        """
        trigger: {type: schedule, cron: "*/10 * * * * *", overlap: cancel_running, catch_up: last}
        steps:
          - id: first
            type: execute
            \(patient)
            execute: [\(call("tock"))]
            compensate: [\(call("undo-tock"))]
          - {id: rest, type: sleep, duration: 6s}
        """)
}
