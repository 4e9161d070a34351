/// A pattern as instructions of a machine that follows all its possibilities at once (Thompson 1968, Pike 1987).
struct PatternProgram: Sendable {
    enum Instruction: Sendable {
        case set(Int)
        /// Goes on at both places.
        case split(Int, Int)
        case jump(Int)
        case assertion(PatternAssertion)
        case match
    }

    var instructions: [Instruction] = []
    var sets: [ScalarSet] = []

    var ignoresCase: Bool { sets.contains(where: \.ignoresCase) }
}

/// Turns a tree into a program.
struct PatternCompiler {
    private var program = PatternProgram()
    private var visits = 0

    static func compile(_ tree: PatternTree) throws(ExpressionError) -> PatternProgram {
        var compiler = PatternCompiler()
        try compiler.compile(tree)
        _ = try compiler.emit(.match)
        return compiler.program
    }

    /// A repeat compiles its tree once per count, so what is counted here is the work, also of parts that emit nothing.
    private mutating func compile(_ tree: PatternTree) throws(ExpressionError) {
        visits += 1
        if visits > 10 * Pattern.maximumInstructions { throw tooLarge }
        switch tree {
        case .empty: break
        case .set(let set):
            program.sets.append(set)
            _ = try emit(.set(program.sets.count - 1))
        case .assertion(let assertion): _ = try emit(.assertion(assertion))
        case .sequence(let items): for item in items { try compile(item) }
        case .alternatives(let branches): try compile(branches)
        case .repeated(let tree, let lower, let upper): try compile(tree, lower, upper)
        }
    }

    private mutating func compile(_ branches: [PatternTree]) throws(ExpressionError) {
        var exits: [Int] = []
        for branch in branches.dropLast() {
            let split = try emit(.split(0, 0))
            try compile(branch)
            exits.append(try emit(.jump(0)))
            program.instructions[split] = .split(split + 1, next)
        }
        if let last = branches.last { try compile(last) }
        for exit in exits { program.instructions[exit] = .jump(next) }
    }

    private mutating func compile(_ tree: PatternTree, _ lower: Int, _ upper: Int?) throws(ExpressionError) {
        for _ in 0..<lower { try compile(tree) }
        guard let upper else {
            let split = try emit(.split(0, 0))
            try compile(tree)
            _ = try emit(.jump(split))
            program.instructions[split] = .split(split + 1, next)
            return
        }
        var splits: [Int] = []
        for _ in lower..<upper {
            splits.append(try emit(.split(0, 0)))
            try compile(tree)
        }
        for split in splits { program.instructions[split] = .split(split + 1, next) }
    }

    private var next: Int { program.instructions.count }

    private mutating func emit(_ instruction: PatternProgram.Instruction) throws(ExpressionError) -> Int {
        guard next < Pattern.maximumInstructions else { throw tooLarge }
        program.instructions.append(instruction)
        return next - 1
    }

    private var tooLarge: ExpressionError {
        ExpressionError(.pattern(.tooLarge(limit: Pattern.maximumInstructions)))
    }
}

/// Runs a program over one text. Each instruction is alive at most once per position, which bounds the time.
struct PatternMachine {
    private let program: PatternProgram
    /// Places of `set` instructions that wait for the next scalar.
    private var current: [Int] = []
    private var following: [Int] = []
    /// The position at which each instruction was last reached; saves clearing a set per scalar.
    private var reached: [Int]
    private var stack: [Int] = []
    /// Instructions executed, those that are dear counted several times.
    private(set) var steps = 0
    private let maximumSteps: Int
    private let ignoresCase: Bool

    /// - Parameter steps: when it has taken so many, it gives up.
    init(_ program: PatternProgram, steps: Int) {
        self.program = program
        maximumSteps = steps
        ignoresCase = program.ignoresCase
        reached = [Int](repeating: -1, count: program.instructions.count)
    }

    mutating func search(_ scalars: String.UnicodeScalarView) -> Bool {
        var before: UInt32?
        var position = 0
        var iterator = scalars.makeIterator()
        var after = iterator.next()?.value
        while true {
            // A new attempt may begin at each position.
            if follow(from: 0, at: position, before, after) { return true }
            guard let scalar = after else { return false }
            let next = iterator.next()?.value
            swap(&current, &following)
            current.removeAll(keepingCapacity: true)
            let folded = FoldedScalar(scalar, ignoringCase: ignoresCase)
            for place in following where accepts(place, folded) {
                if follow(from: place + 1, at: position + 1, scalar, next) { return true }
            }
            steps += following.count
            if steps > maximumSteps { return false }
            before = scalar
            after = next
            position += 1
        }
    }

    private mutating func accepts(_ place: Int, _ scalar: FoldedScalar) -> Bool {
        guard case .set(let set) = program.instructions[place] else { return false }
        if scalar.plain >= 128 { steps += program.sets[set].weight }
        return program.sets[set].contains(scalar)
    }

    /// Reaches every instruction that takes no scalar to get to; true when the match is among them.
    private mutating func follow(from start: Int, at position: Int, _ before: UInt32?, _ after: UInt32?) -> Bool {
        stack.append(start)
        while let place = stack.popLast() {
            if reached[place] == position { continue }
            reached[place] = position
            steps += 1
            switch program.instructions[place] {
            case .match: return true
            case .set: current.append(place)
            case .jump(let target): stack.append(target)
            case .split(let first, let second):
                stack.append(second)
                stack.append(first)
            case .assertion(let assertion):
                if assertion.holds(before: before, after: after) { stack.append(place + 1) }
            }
        }
        return false
    }
}
