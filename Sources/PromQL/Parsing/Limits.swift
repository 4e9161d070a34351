/// What the parser accepts at most.
public enum Limits {
    /// The length of a query.
    public static let bytes = 1 << 20
    /// How deep expressions stand inside one another; an operator adds a level to the deeper of its sides. What visits a
    /// tree recurses this deep and no deeper.
    public static let depth = 500
}
