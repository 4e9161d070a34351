/// What the paths of an expression are resolved against.
///
/// The first segment of a path is looked up in the loop variables, innermost first, then among the names the engine
/// keeps (`event`, `execution`, `workflow`, `steps`), then in the context.
public struct Scope: Sendable {
    /// Loop variables, the innermost last.
    public var variables: [(name: String, value: JSONValue)]
    public var system: JSONObject
    public var context: JSONObject

    public init(
        variables: [(name: String, value: JSONValue)] = [], system: JSONObject = [:], context: JSONObject
    ) {
        self.variables = variables
        self.system = system
        self.context = context
    }

    public subscript(name: String) -> JSONValue? {
        for variable in variables.reversed() where variable.name == name { return variable.value }
        return system[name] ?? context[name]
    }
}
