import Documents
import Wording

/// What can be wrong with a file of rules, dashboards, routes or queries.
enum ReadingFault: Sendable, Equatable {
    case document(DocumentFault)
    case helmTemplate
    case jsonnet
    case repeatedKey(String)
    case unknownField(String, in: String, nearest: String?, known: [String])
    case missingField(String, in: String)
    case wrongKind(String, expected: String, found: String)
    case severalDocuments

    case repeatedGroup(String)
    case recordAndAlert
    case neitherRecordNorAlert
    case fieldOfAlerts(String)
    case duration(String)
    case integer(String, String)
    case labelName(String)
    case metricName(String)
    /// A name that needs quotes in PromQL.
    case utf8Name(String)
    case template(TemplateFault)

    case matcher(String)
    case rootRouteMatches
    case rootRouteContinues
    case groupByAllAndMore
    case unknownReceiver(String, nearest: String?)
    case repeatedReceiver(String)
    case brokenAlertmanagerField(String, String)
}

extension ReadingFault {
    var severity: ReadingProblem.Severity {
        switch self {
        case .utf8Name, .severalDocuments: .warning
        default: .error
        }
    }

    var code: String {
        switch self {
        case .document(let fault): fault.code
        case .helmTemplate: "helm-template"
        case .jsonnet: "jsonnet"
        case .repeatedKey: "repeated-key"
        case .unknownField: "unknown-field"
        case .missingField, .neitherRecordNorAlert: "missing-field"
        case .wrongKind, .integer, .brokenAlertmanagerField: "wrong-kind"
        case .severalDocuments: "several-documents"
        case .repeatedGroup, .repeatedReceiver: "repeated-name"
        case .recordAndAlert, .fieldOfAlerts, .rootRouteContinues, .groupByAllAndMore: "field-not-allowed"
        case .duration: "duration"
        case .labelName, .metricName: "name"
        case .utf8Name: "utf8-name"
        case .template: "template"
        case .matcher, .rootRouteMatches: "matcher"
        case .unknownReceiver: "unknown-receiver"
        }
    }

    var message: String {
        switch self {
        case .document(let fault): fault.message
        case .helmTemplate: "this is a Helm template, not yet YAML"
        case .jsonnet: "this is Jsonnet, not yet JSON"
        case .repeatedKey(let key): "the key \(Prose.quote(key)) stands twice in one map"
        case .unknownField(let field, let what, _, _): "\(what) has no field \(Prose.quote(field))"
        case .missingField(let field, let what): "\(what) has no \(Prose.quote(field))"
        case .wrongKind(let what, let expected, let found): "\(what) is \(found) where \(expected) must stand"
        case .severalDocuments: "Prometheus reads only the first document of a rule file"
        case .repeatedGroup(let name): "two groups of the file are named \(Prose.quote(name))"
        case .recordAndAlert: "a rule has both \"record\" and \"alert\""
        case .neitherRecordNorAlert: "a rule has neither \"record\" nor \"alert\""
        case .fieldOfAlerts(let field): "a recording rule has \(Prose.quote(field))"
        case .duration(let text): "\(Prose.quote(text)) is not a duration of Prometheus"
        case .integer(let field, let text): "\(Prose.quote(field)) is \(Prose.quote(text)), which is no whole number"
        case .labelName(let name): "\(Prose.quote(name)) cannot be a label's name"
        case .metricName(let name): "\(Prose.quote(name)) cannot be a metric's name"
        case .utf8Name(let name): "the name \(Prose.quote(name)) is taken by Prometheus 3 only"
        case .template(let fault): fault.message
        case .matcher(let text): "\(Prose.quote(text)) is not a matcher"
        case .rootRouteMatches: "the first route has matchers, but must take every alert"
        case .rootRouteContinues: "the first route has \"continue\", but nothing comes after it"
        case .groupByAllAndMore: "\"...\" groups by all labels, and others stand beside it"
        case .unknownReceiver(let name, _): "no receiver is named \(Prose.quote(name))"
        case .repeatedReceiver(let name): "two receivers are named \(Prose.quote(name))"
        case .brokenAlertmanagerField(let field, let found): "\(Prose.quote(field)) is \(found)"
        }
    }

    var remedy: String {
        switch self {
        case .document(let fault): fault.remedy
        case .helmTemplate: "render it first, with `helm template`, and check the result"
        case .jsonnet: "render it first, with `jsonnet -J vendor`, and check the result"
        case .repeatedKey: "keep one of the two"
        case .unknownField(_, _, let nearest?, _): "did you mean \(Prose.quote(nearest))?"
        case .unknownField(_, _, nil, let known): "it may have \(Prose.list(known.sorted()))"
        case .missingField(let field, _): "add \(Prose.quote(field))"
        case .wrongKind(_, let expected, _): "write \(expected)"
        case .severalDocuments: "put each document into a file of its own"
        case .repeatedGroup, .repeatedReceiver: "give each a name of its own"
        case .recordAndAlert: "make two rules of it"
        case .neitherRecordNorAlert: "add \"record\" with the new metric's name, or \"alert\" with the alert's"
        case .fieldOfAlerts: "remove it; only alerts have it"
        case .duration: "write a number with a unit, such as 30s, 5m or 1h30m"
        case .integer: "write a whole number"
        case .labelName: "use letters, digits and underscores, not beginning with a digit, and not __name__"
        case .metricName: "use letters, digits, underscores and colons, not beginning with a digit"
        case .utf8Name: "use letters, digits and underscores, if older ones must read it"
        case .template(let fault): fault.remedy
        case .matcher: "write it as label=\"value\", with =, !=, =~ or !~"
        case .rootRouteMatches: "move the matchers to a route below it"
        case .rootRouteContinues: "remove it"
        case .groupByAllAndMore: "keep either \"...\" or the others"
        case .unknownReceiver(_, let nearest?): "did you mean \(Prose.quote(nearest))?"
        case .unknownReceiver(_, nil): "add it to the receivers"
        case .brokenAlertmanagerField: "write true or false"
        }
    }
}
