/// One key of the configuration: everything that is to be said about it, said once.
///
/// The reading of the configuration, `config show`, the options of `serve`, the check for unknown keys and
/// `docs/configuration.md` all follow from ``Settings/all``.
struct Setting: Sendable {
    /// Dotted, as the file has it: `monitoring.path`.
    let key: String
    /// Variables that are read beside ``variable``.
    let aliases: [String]
    /// What stands for the value in help texts: `HOST:PORT`.
    let placeholder: String
    let isSecret: Bool
    /// Which values are right, to follow "expected".
    let allowed: String
    let summary: String
    /// The default, as one would write it; nil when the setting is off unless it is given.
    let fallback: String?
    /// Reads a text into a configuration; false when the text is not allowed.
    let apply: @Sendable (String, inout Configuration) -> Bool
    /// What a configuration holds, as one would write it.
    let text: @Sendable (Configuration) -> String?

    /// `FLOWMETER_MONITORING_PATH`.
    var variable: String {
        Settings.variablePrefix + key.uppercased().replacing(".", with: "_")
    }

    /// `monitoring-path`, without the dashes in front.
    var flag: String { key.replacing(".", with: "-").replacing("_", with: "-") }

    var components: [String] { key.split(separator: ".").map(String.init) }
}

extension Setting {
    /// A setting that always has a value.
    init<Value>(
        _ key: String, _ target: any WritableKeyPath<Configuration, Value> & Sendable, _ form: ValueForm<Value>,
        aliases: [String] = [], _ summary: String
    ) {
        self.init(
            key: key, aliases: aliases, placeholder: form.placeholder, isSecret: false, allowed: form.allowed,
            summary: summary, fallback: form.write(Configuration()[keyPath: target]),
            apply: { text, configuration in
                guard let value = form.read(text) else { return false }
                configuration[keyPath: target] = value
                return true
            },
            text: { form.write($0[keyPath: target]) })
    }

    /// A setting that may be without a value.
    init<Value>(
        _ key: String, optional target: any WritableKeyPath<Configuration, Value?> & Sendable, _ form: ValueForm<Value>,
        isSecret: Bool = false, _ summary: String
    ) {
        self.init(
            key: key, aliases: [], placeholder: form.placeholder, isSecret: isSecret, allowed: form.allowed,
            summary: summary, fallback: nil,
            apply: { text, configuration in
                guard let value = form.read(text) else { return false }
                configuration[keyPath: target] = value
                return true
            },
            text: { $0[keyPath: target].map(form.write) })
    }
}
