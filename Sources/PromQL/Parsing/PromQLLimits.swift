/// What the parser accepts at most.
public enum PromQLLimits {
    /// The length of a query.
    public static let bytes = 1 << 20
    /// How deep parentheses, arguments, signs and right sides stand inside one another. The parser recurses this deep and
    /// no deeper.
    public static let nesting = 128
    /// The levels of a tree. Each operator of a chain such as `a + b + c` adds one. What visits a tree recurses this deep
    /// and no deeper; an optimised build does so on a stack of 512 KiB.
    public static let height = 300
}
