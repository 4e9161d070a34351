/// `-expression`, `+expression`.
public struct UnaryOperation: Sendable, Hashable {
    /// Minus, and not plus.
    public var isNegation: Bool
    /// What the sign stands before.
    public var operand: Expression
    /// The whole of it.
    public var range: SourceRange

    public init(isNegation: Bool, operand: Expression, range: SourceRange) {
        self.isNegation = isNegation
        self.operand = operand
        self.range = range
    }
}

/// `left + right`.
public struct BinaryOperation: Sendable, Hashable {
    /// What is done with the two sides.
    public var operation: BinaryOperator
    /// The sign, or the word.
    public var operationRange: SourceRange
    /// The side before the operator.
    public var left: Expression
    /// The side after the operator and what belongs to it.
    public var right: Expression
    /// Whether a comparison gives 0 or 1 and keeps all series: `bool`.
    public var returnsBool: Bool
    /// Which series belong together; nil are those with the same labels.
    public var matching: VectorMatching?
    /// What stands for series that one side lacks.
    public var fill: Fill?
    /// The whole of it.
    public var range: SourceRange

    public init(
        operation: BinaryOperator, operationRange: SourceRange, left: Expression, right: Expression,
        returnsBool: Bool = false, matching: VectorMatching? = nil, fill: Fill? = nil, range: SourceRange
    ) {
        self.operation = operation
        self.operationRange = operationRange
        self.left = left
        self.right = right
        self.returnsBool = returnsBool
        self.matching = matching
        self.fill = fill
        self.range = range
    }
}

/// `on (job) group_left (version)`: which series of the two sides belong together.
public struct VectorMatching: Sendable, Hashable {
    /// `on`, and not `ignoring`.
    public var isOn: Bool
    /// In the order of the text.
    public var labels: [Name]
    /// Nil when one series belongs to one.
    public var group: Group?
    /// From the word to the end of the last labels.
    public var range: SourceRange

    /// `group_left (version)`: many series of one side belong to one of the other.
    public struct Group: Sendable, Hashable {
        /// Whether the many are on the left.
        public var isLeft: Bool
        /// Labels that the result takes from the side of the one.
        public var include: [Name]
        /// From the word to the end of its labels.
        public var range: SourceRange

        public init(isLeft: Bool, include: [Name], range: SourceRange) {
            self.isLeft = isLeft
            self.include = include
            self.range = range
        }
    }

    public init(isOn: Bool, labels: [Name], group: Group? = nil, range: SourceRange) {
        self.isOn = isOn
        self.labels = labels
        self.group = group
        self.range = range
    }
}

/// `fill (0)`, `fill_left (0) fill_right (1)`: an experiment of Prometheus since 3.10.
public struct Fill: Sendable, Hashable {
    /// The value for series that the left side lacks.
    public var left: Double?
    /// The value for series that the right side lacks.
    public var right: Double?
    /// From the word to the last closing parenthesis.
    public var range: SourceRange

    public init(left: Double?, right: Double?, range: SourceRange) {
        self.left = left
        self.right = right
        self.range = range
    }

    /// By the values' bits, so that NaN is equal to itself.
    public static func == (one: Self, other: Self) -> Bool {
        one.left?.bitPattern == other.left?.bitPattern && one.right?.bitPattern == other.right?.bitPattern
    }

    /// Of the values' bits.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(left?.bitPattern)
        hasher.combine(right?.bitPattern)
    }
}

/// What stands between two expressions.
public enum BinaryOperator: String, Sendable, Hashable, CaseIterable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case modulo = "%"
    case power = "^"
    case atan2
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case and, or, unless

    /// Operators with a higher one bind closer: from 1 for `or` to 6 for `^`.
    public var precedence: Int {
        switch self {
        case .or: 1
        case .and, .unless: 2
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: 3
        case .add, .subtract: 4
        case .multiply, .divide, .modulo, .atan2: 5
        case .power: 6
        }
    }

    /// Whether `a ^ b ^ c` is `a ^ (b ^ c)`.
    public var isRightAssociative: Bool { self == .power }

    /// `==`, `!=`, `<`, `<=`, `>` or `>=`.
    public var isComparison: Bool { precedence == 3 }

    /// `and`, `or` or `unless`.
    public var isSetOperator: Bool { precedence <= 2 }
}
