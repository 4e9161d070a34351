/// A dashboard of Grafana, as far as it speaks of metrics.
public struct Dashboard: Sendable {
    public let title: SourceText?
    public let uid: SourceText?
    public let schemaVersion: Int?
    /// All panels in their order, those within rows too; a row that is a panel stands before its panels.
    public let panels: [Panel]
    public let variables: [Variable]
    public let annotations: [Annotation]
    /// The map that holds `panels` and `templating`.
    public let node: DocumentNode
}

public struct Panel: Sendable {
    public let id: Int?
    public let title: SourceText?
    /// Such as `timeseries`, `stat` or `row`.
    public let type: SourceText?
    /// The title of the row that it lies in.
    public let row: SourceText?
    public let datasource: Datasource
    public let targets: [Target]
    public let units: [PanelUnit]
    /// Numbers, as they are written, in the unit of the panel.
    public let thresholds: [SourceText]
    /// The name of the variable whose values the panel is repeated for.
    public let repeatVariable: SourceText?
    public let library: LibraryPanel?
    public let node: DocumentNode
}

/// A panel that is kept outside its dashboards.
public struct LibraryPanel: Sendable {
    public let name: SourceText?
    public let uid: SourceText?
    /// Whether the panel's content is in the file; otherwise only Grafana knows it.
    public let isEmbedded: Bool
}

public struct PanelUnit: Sendable {
    /// Grafana's name of the unit, such as `s`, `ms`, `bytes` or `percentunit`.
    public let unit: SourceText
    /// What chooses the series that it is for; nil for all.
    public let series: Matcher?

    /// The matcher of an override: `byName`, `byRegexp`, `byFrameRefID` and others, with its option.
    public struct Matcher: Sendable {
        public let kind: SourceText?
        public let option: SourceText?
    }
}

public struct Target: Sendable {
    /// `A`, `B` and so on.
    public let refID: SourceText?
    public let expression: SourceText?
    public let legend: SourceText?
    /// The least step, which may hold variables.
    public let interval: SourceText?
    public let datasource: Datasource
    public let language: QueryLanguage
    public let isHidden: Bool
    public let isInstant: Bool
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
    public enum Kind: Sendable, Hashable {
        case query, custom, interval, constant, textbox, datasource, adhoc
        case other(String)
    }

    public let name: SourceText
    public let kind: Kind
    public let datasource: Datasource
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
    public let current: [SourceText]
    public let includesAll: Bool
    /// What stands for all values; without it, they are joined.
    public let allValue: SourceText?
    public let isMulti: Bool
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
    public let name: SourceText?
    public let expression: SourceText?
    /// Labels shown as tags, separated by commas.
    public let tagKeys: SourceText?
    public let titleFormat: SourceText?
    public let textFormat: SourceText?
    public let datasource: Datasource
    public let language: QueryLanguage
    public let isEnabled: Bool
    public let node: DocumentNode
}
