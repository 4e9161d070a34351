public import Documents

/// A dashboard of Grafana, as far as it speaks of metrics.
public struct Dashboard: Sendable {
    /// The title, in which variables may stand.
    public let title: SourceText?
    /// Grafana's own key.
    public let uid: SourceText?
    /// The version of the classic schema; nil for the second schema.
    public let schemaVersion: Int?
    /// All panels in their order, those within rows too; a row that is a panel stands before its panels.
    public let panels: [Panel]
    /// The template variables, in their order.
    public let variables: [Variable]
    /// Events over the panels, in their order.
    public let annotations: [Annotation]
    /// The map that holds `panels` and `templating`.
    public let node: DocumentNode
}

/// A panel, or a row of the classic schema.
public struct Panel: Sendable {
    /// The number within the dashboard.
    public let id: Int?
    /// The title, in which variables may stand.
    public let title: SourceText?
    /// Such as `timeseries`, `stat` or `row`.
    public let type: SourceText?
    /// The title of the row that it lies in.
    public let row: SourceText?
    /// Where the data comes from, as it is written.
    public let datasource: Datasource
    /// The queries of all languages, in their order.
    public let targets: [Target]
    /// Units of values, for all series and for some.
    public let units: [PanelUnit]
    /// Numbers, as they are written, in the unit of the panel.
    public let thresholds: [SourceText]
    /// The name of the variable whose values the panel is repeated for.
    public let repeatVariable: SourceText?
    /// What is known when the panel is a library panel.
    public let library: LibraryPanel?
    /// The part of the document that it was read from.
    public let node: DocumentNode
}

/// A panel that is kept outside its dashboards.
public struct LibraryPanel: Sendable {
    /// The name.
    public let name: SourceText?
    /// Grafana's own key.
    public let uid: SourceText?
    /// Whether the panel's content is in the file; otherwise only Grafana knows it.
    public let isEmbedded: Bool
}

/// A unit that a panel shows values in.
public struct PanelUnit: Sendable {
    /// Grafana's name of the unit, such as `s`, `ms`, `bytes` or `percentunit`.
    public let unit: SourceText
    /// What chooses the series that it is for; nil for all.
    public let series: Matcher?

    /// The matcher of an override: `byName`, `byRegexp`, `byFrameRefID` and others, with its option.
    public struct Matcher: Sendable {
        /// What kind it is.
        public let kind: SourceText?
        /// What the matcher compares with.
        public let option: SourceText?
    }
}

/// One query of a panel.
public struct Target: Sendable {
    /// `A`, `B` and so on.
    public let refID: SourceText?
    /// The query; nil for languages that have none.
    public let expression: SourceText?
    /// What names each series: labels between braces.
    public let legend: SourceText?
    /// The least step, which may hold variables.
    public let interval: SourceText?
    /// Where the data comes from, as it is written.
    public let datasource: Datasource
    /// What language the query is in.
    public let language: QueryLanguage
    /// Whether the panel does not show it.
    public let isHidden: Bool
    /// Whether it asks for one time only.
    public let isInstant: Bool
    /// The part of the document that it was read from.
    public let node: DocumentNode
}

/// How a dashboard says where its data comes from.
public enum Datasource: Sendable {
    /// Nothing is said: the panel's, or Grafana's default.
    case unspecified
    /// A name, or a variable such as `${DS_PROMETHEUS}`.
    case name(SourceText)
    case reference(type: SourceText?, uid: SourceText?)
}

/// What language the queries of a data source are in.
public enum QueryLanguage: Sendable, Hashable {
    case promQL
    /// The data source's type, such as `loki`.
    case other(String)
}

/// A template variable.
public struct Variable: Sendable {
    /// Where the values of a variable come from.
    public enum Kind: Sendable, Hashable {
        case query, custom, interval, constant, textbox, datasource, adhoc
        case other(String)
    }

    /// The name.
    public let name: SourceText
    /// What kind it is.
    public let kind: Kind
    /// Where the data comes from, as it is written.
    public let datasource: Datasource
    /// What language the query is in.
    public let language: QueryLanguage
    /// What the values are asked for with; of a constant or a text box, the value.
    public let query: SourceText?
    /// ``query`` taken apart; nil when it is not for Prometheus, or nothing that its data source understands.
    public let parts: VariableQuery?
    /// What a part of each value is taken with.
    public let regex: SourceText?
    /// The values that may be chosen, as far as the file knows them; of a query, those it had when it was saved.
    /// A comma within a value keeps the backslash that is written before it.
    public let options: [SourceText]
    /// The values that were chosen when the file was saved.
    public let current: [SourceText]
    /// Whether all values may be chosen at once.
    public let includesAll: Bool
    /// What stands for all values; without it, they are joined.
    public let allValue: SourceText?
    /// Whether several values may be chosen.
    public let isMulti: Bool
    /// The part of the document that it was read from.
    public let node: DocumentNode
}

/// What the values of a variable are asked for with.
public enum VariableQuery: Sendable {
    /// `label_names()`, `label_names(metric)`.
    case labelNames(of: SourceText?)
    /// `label_values(label)`, `label_values(selector, label)`.
    case labelValues(of: SourceText?, label: SourceText)
    /// `metrics(pattern)`.
    case metrics(pattern: SourceText)
    /// `query_result(query)`.
    case result(SourceText)
    /// A selector alone.
    case series(SourceText)

    /// What is in PromQL.
    public var promQL: SourceText? {
        switch self {
        case .labelNames(let query): query
        case .labelValues(let query, _): query
        case .metrics: nil
        case .result(let query), .series(let query): query
        }
    }
}

/// Events that are shown over the panels.
public struct Annotation: Sendable {
    /// The name.
    public let name: SourceText?
    /// The query; nil for languages that have none.
    public let expression: SourceText?
    /// Labels shown as tags, separated by commas.
    public let tagKeys: SourceText?
    /// The title, in which variables may stand.
    public let titleFormat: SourceText?
    /// The text of each event, with labels between braces.
    public let textFormat: SourceText?
    /// Where the data comes from, as it is written.
    public let datasource: Datasource
    /// What language the query is in.
    public let language: QueryLanguage
    /// Whether the events are shown at first.
    public let isEnabled: Bool
    /// The part of the document that it was read from.
    public let node: DocumentNode
}
