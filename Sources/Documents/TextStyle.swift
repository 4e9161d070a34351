/// How a text is written in its document; what may stand in it, and how, follows from that.
package enum TextStyle: Sendable, Hashable {
    case jsonString
    /// A number, `true`, `false` or `null` of JSON.
    case jsonWord
    case yamlPlain
    /// Without quotes inside `[…]` or `{…}`.
    case yamlPlainInFlow
    case yamlSingleQuoted
    case yamlDoubleQuoted
    case yamlLiteral
    case yamlFolded
    /// A line of a list, as it stands.
    case line
    /// A string of a Go template, in double quotes.
    case goString
    /// A string of a Go template, in back quotes.
    case goRawString
}
