import PromQL
import TestSupport

/// Writes queries along the grammar: most of them right, some with a type, a name or a bracket that is not.
struct QueryGenerator {
    var random: SeededGenerator
    private var budget = 0

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// A query of up to about thirty nodes.
    mutating func query() -> String {
        budget = Int.random(in: 1...30, using: &random)
        switch Int.random(in: 0..<20, using: &random) {
        case 0: return scalar()
        case 1: return matrix()
        case 2: return string()
        default: return vector()
        }
    }

    // MARK: Chances

    mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }

    mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }

    private mutating func spend() -> Bool {
        budget -= 1
        return budget > 0
    }

    mutating func space() -> String {
        switch Int.random(in: 0..<60, using: &random) {
        case 0: "  "
        case 1: "\n"
        case 2: "\t"
        case 3: " # note ' \" [ (\n"
        case 4: "\r\n"
        default: " "
        }
    }

    private mutating func maybeSpace() -> String { chance(8) ? space() : "" }

    /// Case does not count in keywords.
    private mutating func keyword(_ word: String) -> String { chance(12) ? word.uppercased() : word }

    private mutating func wrongType() -> String {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: scalar()
        case 1: matrix()
        case 2: string()
        default: vector()
        }
    }

    // MARK: Types

    mutating func value(_ type: ValueType) -> String {
        if chance(40) { return wrongType() }
        return switch type {
        case .scalar: scalar()
        case .vector: vector()
        case .matrix: matrix()
        case .string: string()
        }
    }

    private mutating func scalar() -> String {
        guard spend() else { return number() }
        switch Int.random(in: 0..<9, using: &random) {
        case 0: return "\(pick(["-", "+"]))\(maybeSpace())\(value(.scalar))"
        case 1: return "(\(maybeSpace())\(value(.scalar))\(maybeSpace()))"
        case 2: return operation(.scalar, pick(["+", "-", "*", "/", "%", "^", keyword("atan2")]), .scalar)
        case 3: return operation(.scalar, pick(["==", "!=", "<", "<=", ">", ">="]) + " bool", .scalar)
        case 4: return call(returning: .scalar)
        default: return number()
        }
    }

    private mutating func vector() -> String {
        guard spend() else { return selector() }
        switch Int.random(in: 0..<16, using: &random) {
        case 0: return "\(pick(["-", "+"]))\(maybeSpace())\(value(.vector))"
        case 1: return "(\(maybeSpace())\(value(.vector))\(maybeSpace()))"
        case 2...4: return aggregation()
        case 5...8: return call(returning: .vector)
        case 9...11: return binary()
        default: return selector() + modifiers()
        }
    }

    private mutating func matrix() -> String {
        guard spend(), chance(3) else {
            return selector() + "[\(maybeSpace())\(duration())\(maybeSpace())]" + modifiers()
        }
        let step = chance(2) ? duration() : ""
        return "\(value(.vector))[\(duration()):\(maybeSpace())\(step)]" + modifiers()
    }

    // MARK: Operators

    private mutating func operation(_ left: ValueType, _ sign: String, _ right: ValueType) -> String {
        "\(value(left))\(space())\(sign)\(space())\(value(right))"
    }

    private mutating func binary() -> String {
        let isSet = chance(4)
        var sign =
            isSet
            ? keyword(pick(["and", "or", "unless"])) : pick(["+", "-", "*", "/", "%", "^", "atan2", "==", ">", "<="])
        if "=><".contains(sign.first ?? " "), chance(3) || chance(50) { sign += keyword(" bool") }
        if chance(3) {
            sign += " " + keyword(pick(["on", "ignoring"])) + maybeSpace() + labels()
            if !isSet || chance(20), chance(3) {
                sign += " " + keyword(pick(["group_left", "group_right"])) + (chance(2) ? maybeSpace() + labels() : "")
            }
        }
        if chance(20) { sign += " " + keyword(pick(["fill", "fill_left", "fill_right"])) + "(\(number()))" }
        let sides: [(ValueType, ValueType)] = [(.vector, .vector), (.vector, .scalar), (.scalar, .vector)]
        let (left, right) = isSet ? sides[0] : pick(sides)
        return operation(left, sign, right)
    }

    private mutating func aggregation() -> String {
        let operation = pick(AggregationOperator.allCases)
        var arguments = value(.vector)
        if operation == .countValues {
            arguments = "\(value(.string)),\(space())\(arguments)"
        } else if operation.takesParameter {
            arguments = "\(value(.scalar)), \(arguments)"
        }
        if chance(60) { arguments += pick([",", ", 1", ""]) }
        let body = "(\(maybeSpace())\(arguments))"
        let name = keyword(operation.rawValue)
        let grouping = "\(keyword(pick(["by", "without"])))\(maybeSpace())\(labels())"
        return switch Int.random(in: 0..<3, using: &random) {
        case 0: "\(name) \(grouping) \(body)"
        case 1: "\(name)\(maybeSpace())\(body)\(maybeSpace())\(grouping)"
        default: name + maybeSpace() + body
        }
    }

    private mutating func call(returning type: ValueType) -> String {
        let function = pick(Function.all.filter { $0.result == type })
        var count = Int.random(
            in: function.minimum...max(function.minimum, min(function.maximum ?? 6, 14)), using: &random)
        if chance(40) { count += pick([-1, 1]) }
        let arguments = (0..<max(0, count)).map { value(function.parameter($0) ?? .scalar) }
        let name = chance(60) ? pick([function.name.uppercased(), "no_such_function", "rats"]) : function.name
        return name + maybeSpace() + "(" + arguments.joined(separator: "," + maybeSpace()) + ")"
    }
}
