/// How transitions are written into a journal record: a JSON array of arrays, each beginning with a letter that names
/// the transition. Times are microseconds since the execution's start.
struct TransitionCoding {
    let origin: Timestamp

    func encode(_ transitions: [Transition]) -> [UInt8] {
        var writer = Writer(origin: origin)
        writer.bytes.reserveCapacity(32 * transitions.count)
        writer.bytes.append(UInt8(ascii: "["))
        for transition in transitions { writer.write(transition) }
        writer.bytes.append(UInt8(ascii: "]"))
        return writer.bytes
    }

    func decode(_ record: [UInt8], number: Int) throws(RecordError) -> [Transition] {
        guard let list = (try? JSONValue(parsing: record, limits: .trusted))?.array else {
            throw RecordError(number: number, reason: "is no list in JSON")
        }
        var transitions: [Transition] = []
        for element in list {
            guard let fields = element.array, let transition = Reader(origin: origin, fields: fields).transition else {
                throw RecordError(
                    number: number, reason: "holds an unknown transition: \(String(element.description.prefix(80)))")
            }
            transitions.append(transition)
        }
        return transitions
    }
}

extension TransitionCoding {
    private struct Writer {
        let origin: Timestamp
        var bytes: [UInt8] = []

        mutating func write(_ transition: Transition) {
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            switch transition {
            case .drive(let lease, let at):
                open("D", at)
                field(.integer(lease))
            case .begin(let loads, let rules, let at):
                open(loads ? "L" : "b", at)
                if !rules.isEmpty {
                    field(.object(JSONObject(rules.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })))
                }
            case .attempt(let token, let arguments, let at):
                open("a", at, token)
                if let arguments { field(arguments) }
            case .retry(let token, let until, let error, let at):
                open("r", at, token)
                field(until)
                field(.string(error))
            case .postpone(let token, let until, let reason, let at):
                open("P", at, token)
                field(until)
                field(.string(reason))
            case .repetition(let token, let at): open("A", at, token)
            case .result(let token, let output, let at):
                open("o", at, token)
                field(output)
            case .set(let token, let values, let at):
                open("s", at, token)
                field(.object(values))
            case .fork(let token, let at): open("f", at, token)
            case .iterate(let token, let items, let at):
                open("i", at, token)
                field(.array(items))
            case .item(let token, let at): open("n", at, token)
            case .join(let token, let passed, let at):
                open("j", at, token)
                field(.bool(passed))
            case .round(let token, let at): open("g", at, token)
            case .await(let token, let values, let until, let at):
                // Waits for one event are written without the outer list.
                open(values.count == 1 ? "w" : "m", at, token)
                field(values.count == 1 ? .array(values[0]) : .array(values.map { .array($0) }))
                if let until { field(until) }
            case .arrival(let token, let event, let data, let at):
                open("v", at, token)
                field(.integer(Int64(event)))
                field(data)
            case .call(let token, let execution, let at):
                open("x", at, token)
                field(.string(execution.description))
            case .earlyResult(let token, let result, let at):
                open("y", at, token)
                field(.object(result))
            case .sleep(let token, let until, let at):
                open("z", at, token)
                field(until)
            case .ask(let token, let question, let at):
                open("q", at, token)
                write(question)
            case .vote(let token, let vote, let at):
                open("t", at, token)
                field(vote.message)
            case .remind(let token, let at): open("h", at, token)
            case .escalate(let token, let approvers, let roles, let at):
                open("Q", at, token)
                field(approvers)
                field(roles)
            case .leave(let token, let status, let output, let error, let next, let at):
                open("l", at, token)
                field(.string(status.rawValue))
                field(.integer(Int64(next ?? -1)))
                // Absence is told apart from null by how many fields follow.
                if output != nil || error != nil { field(error.map { .string($0) } ?? .null) }
                if let output { field(output) }
            case .drop(let token, let at): open("d", at, token)
            case .pause(let at): open("p", at)
            case .resume(let data, let at):
                open("u", at)
                if let data { field(.object(data)) }
            case .compensate(let outcome): write("c", outcome)
            case .undone(let token, let error, let at):
                open("k", at, token)
                if let error { field(.string(error)) }
            case .rerun(let id, let eventID, let eventName, let receivedAt, let at):
                open("R", at)
                field(.string(id.description))
                field(.string(eventID))
                field(.string(eventName))
                field(receivedAt)
            case .restart(let token, let at): open("T", at, token)
            case .renew(let at): open("N", at)
            case .end(let outcome): write("e", outcome)
            }
            bytes.append(UInt8(ascii: "]"))
        }

        private mutating func write(_ question: ApprovalQuestion) {
            field(.string(question.title))
            field(question.description.map { .string($0) } ?? .null)
            field(question.approvers)
            field(question.roles)
            if let until = question.expiresAt { field(until) }
        }

        private mutating func write(_ letter: Unicode.Scalar, _ outcome: Outcome) {
            open(letter, outcome.endedAt)
            field(.string(outcome.result.rawValue))
            field(outcome.reason.map { .string($0) } ?? .null)
            if let error = outcome.errorType { field(.string(error.rawValue)) }
        }

        private mutating func open(_ letter: Unicode.Scalar, _ at: Timestamp, _ token: Int? = nil) {
            let quote = UInt8(ascii: "\"")
            bytes.append(UInt8(ascii: "["))
            bytes.append(quote)
            bytes.append(UInt8(ascii: letter))
            bytes.append(quote)
            field(at)
            if let token { field(.integer(Int64(token))) }
        }

        private mutating func field(_ time: Timestamp) {
            field(.integer(time.microseconds &- origin.microseconds))
        }

        private mutating func field(_ texts: [String]) { field(.array(texts.map { .string($0) })) }

        private mutating func field(_ value: JSONValue) {
            bytes.append(UInt8(ascii: ","))
            value.write(into: &bytes)
        }
    }

    private struct Reader {
        let origin: Timestamp
        let fields: [JSONValue]

        var transition: Transition? {
            guard let letter = fields.first?.string, let at = time(1) else { return nil }
            switch letter {
            case "D": return field(2)?.integer.map { .drive(lease: $0, at: at) }
            case "b": return .begin(loads: false, rules: rules, at: at)
            case "L": return .begin(loads: true, rules: rules, at: at)
            case "p": return .pause(at: at)
            case "u": return .resume(data: field(2)?.object, at: at)
            case "c": return outcome(at).map { .compensate($0) }
            case "e": return outcome(at).map { .end($0) }
            case "R": return rerun(at)
            case "N": return .renew(at: at)
            default: return int(2).flatMap { transition(letter, at, token: $0) }
            }
        }

        private func transition(_ letter: String, _ at: Timestamp, token: Int) -> Transition? {
            switch letter {
            case "a": .attempt(token: token, arguments: field(3), at: at)
            case "r":
                time(3).flatMap { until in string(4).map { .retry(token: token, until: until, error: $0, at: at) } }
            case "P":
                time(3).flatMap { until in
                    string(4).map { .postpone(token: token, until: until, reason: $0, at: at) }
                }
            case "A": .repetition(token: token, at: at)
            case "o": field(3).map { .result(token: token, output: $0, at: at) }
            case "s": field(3)?.object.map { .set(token: token, values: $0, at: at) }
            case "f": .fork(token: token, at: at)
            case "i": field(3)?.array.map { .iterate(token: token, items: $0, at: at) }
            case "n": .item(token: token, at: at)
            case "j": field(3)?.bool.map { .join(token: token, passed: $0, at: at) }
            case "g": .round(token: token, at: at)
            case "w": field(3)?.array.map { .await(token: token, values: [$0], until: time(4), at: at) }
            case "m":
                field(3)?.array.map { .await(token: token, values: $0.map { $0.array ?? [] }, until: time(4), at: at) }
            case "v":
                int(3).flatMap { event in field(4).map { .arrival(token: token, event: event, data: $0, at: at) } }
            case "x":
                string(3).flatMap { ExecutionID($0) }.map { .call(token: token, execution: $0, at: at) }
            case "y": field(3)?.object.map { .earlyResult(token: token, result: $0, at: at) }
            case "T": .restart(token: token, at: at)
            case "k": .undone(token: token, error: string(3), at: at)
            case "z": time(3).map { .sleep(token: token, until: $0, at: at) }
            case "q": question.map { .ask(token: token, question: $0, at: at) }
            case "t":
                field(3)?.object.flatMap { ApprovalVote($0, at: at) }.map { .vote(token: token, vote: $0, at: at) }
            case "h": .remind(token: token, at: at)
            case "Q": .escalate(token: token, approvers: texts(3), roles: texts(4), at: at)
            case "l": leave(token, at)
            case "d": .drop(token: token, at: at)
            default: nil
            }
        }

        private func leave(_ token: Int, _ at: Timestamp) -> Transition? {
            guard let status = string(3).flatMap(StepStatus.init), let next = int(4) else { return nil }
            return .leave(
                token: token, status: status, output: field(6), error: string(5), next: next < 0 ? nil : next, at: at)
        }

        private var rules: [String: String] {
            var rules: [String: String] = [:]
            for (id, version) in field(2)?.object ?? [:] { rules[id] = version.string }
            return rules
        }

        private func rerun(_ at: Timestamp) -> Transition? {
            guard let id = string(2).flatMap(ExecutionID.init), let eventID = string(3), let name = string(4),
                let receivedAt = time(5)
            else { return nil }
            return .rerun(of: id, eventID: eventID, eventName: name, receivedAt: receivedAt, at: at)
        }

        private var question: ApprovalQuestion? {
            string(3).map { title in
                ApprovalQuestion(
                    title: title, description: string(4), approvers: texts(5), roles: texts(6), expiresAt: time(7))
            }
        }

        private func outcome(_ at: Timestamp) -> Outcome? {
            guard let result = string(2).flatMap(ExecutionResult.init) else { return nil }
            return Outcome(result: result, reason: string(3), errorType: string(4).flatMap(ErrorType.init), endedAt: at)
        }

        private func field(_ position: Int) -> JSONValue? {
            position < fields.count ? fields[position] : nil
        }

        private func string(_ position: Int) -> String? { field(position)?.string }

        private func texts(_ position: Int) -> [String] { field(position)?.array?.compactMap(\.string) ?? [] }

        private func int(_ position: Int) -> Int? { field(position)?.integer.flatMap { Int(exactly: $0) } }

        private func time(_ position: Int) -> Timestamp? {
            field(position)?.integer.map { Timestamp(microseconds: origin.microseconds &+ $0) }
        }
    }
}
