import Documents
import Wording

/// Reads the parts of an Alertmanager configuration that say where alerts go.
struct RouteReader {
    /// Routes inside one another.
    private static let deepest = 64
    private static let fields = [
        "global", "templates", "route", "receivers", "inhibit_rules", "mute_time_intervals", "time_intervals",
        "tracing",
    ]
    private static let routeFields = [
        "receiver", "group_by", "continue", "match", "match_re", "matchers", "group_wait", "group_interval",
        "repeat_interval", "mute_time_intervals", "active_time_intervals", "routes",
    ]
    private static let inhibitFields = [
        "name", "source_match", "source_match_re", "source_matchers", "target_match", "target_match_re",
        "target_matchers", "equal",
    ]

    var log = ReadingLog()
    private var receivers: [SourceText] = []

    mutating func routes(_ node: DocumentNode) -> AlertRoutes? {
        guard log.map(node, "an Alertmanager configuration", fields: Self.fields) != nil else { return nil }
        readReceivers(node)
        guard let route = node["route"], !route.isNull else {
            log.report(.missingField("route", in: "the configuration"), node.place)
            return nil
        }
        let inhibits = log.list(node, "inhibit_rules").compactMap { inhibitRule($0) }
        guard let root = root(route) else { return nil }
        return AlertRoutes(root: root, receivers: receivers, inhibitRules: inhibits, node: node)
    }

    private mutating func readReceivers(_ node: DocumentNode) {
        for receiver in log.list(node, "receivers") {
            guard let name = log.required(receiver, "name", "a receiver") else { continue }
            if receivers.contains(where: { $0.value == name.value }) {
                log.report(.repeatedReceiver(name.value), name.place)
            }
            receivers.append(name)
        }
    }

    // MARK: Routes

    private mutating func root(_ node: DocumentNode) -> AlertRoute? {
        guard let receiver = log.required(node, "receiver", "the first route") else { return nil }
        let route = route(node, inherited: receiver, depth: 0)
        if let matcher = route?.matchers.first { log.report(.rootRouteMatches, matcher.name.place) }
        if route?.continues == true, let member = node.member("continue") {
            log.report(.rootRouteContinues, member.key.place)
        }
        return route
    }

    private mutating func route(_ node: DocumentNode, inherited: SourceText, depth: Int) -> AlertRoute? {
        guard log.map(node, "a route", fields: Self.routeFields) != nil, depth < Self.deepest else { return nil }
        let receiver = log.text(node, "receiver")?.nonEmpty
        if let receiver { check(receiver) }
        let matchers = matchers(node, equal: "match", regex: "match_re", list: "matchers")
        let inner = log.list(node, "routes").compactMap {
            route($0, inherited: receiver ?? inherited, depth: depth + 1)
        }
        return AlertRoute(
            receiver: receiver ?? inherited, matchers: matchers, continues: boolean(node, "continue"),
            groupBy: groupBy(node), routes: inner, node: node)
    }

    private mutating func check(_ receiver: SourceText) {
        let names = receivers.map(\.value)
        if names.contains(receiver.value) { return }
        log.report(
            .unknownReceiver(receiver.value, nearest: NearestWord.find(receiver.value, among: names)), receiver.place)
    }

    private mutating func boolean(_ node: DocumentNode, _ field: String) -> Bool {
        guard let value = node[field], !value.isNull else { return false }
        if let boolean = value.boolean { return boolean }
        // Alertmanager reads YAML 1.1.
        if case .scalar(let text, .string) = value.content, text.style == .yamlPlain,
            let boolean = Self.oldBooleans[text.value.lowercased()]
        {
            return boolean
        }
        log.report(.brokenAlertmanagerField(field, value.kindName), value.place)
        return false
    }

    private static let oldBooleans = ["yes": true, "on": true, "no": false, "off": false]

    /// Labels; `...` stands for all and stands alone.
    private mutating func groupBy(_ node: DocumentNode) -> [SourceText] {
        let labels = log.list(node, "group_by").compactMap(\.text)
        if labels.count > 1, let all = labels.first(where: { $0.value == "..." }) {
            log.report(.groupByAllAndMore, all.place)
        }
        return labels
    }

    private mutating func inhibitRule(_ node: DocumentNode) -> InhibitRule? {
        guard log.map(node, "an inhibit rule", fields: Self.inhibitFields) != nil else { return nil }
        return InhibitRule(
            source: matchers(node, equal: "source_match", regex: "source_match_re", list: "source_matchers"),
            target: matchers(node, equal: "target_match", regex: "target_match_re", list: "target_matchers"),
            equal: log.list(node, "equal").compactMap(\.text), node: node)
    }

    // MARK: Matchers

    /// The older maps of labels, and the newer list.
    private mutating func matchers(_ node: DocumentNode, equal: String, regex: String, list: String) -> [AlertMatcher] {
        var matchers = pairs(node, equal, .equal) + pairs(node, regex, .matches)
        for element in texts(node, list) {
            if let found = MatcherText.matchers(in: element) {
                matchers += found
            } else {
                log.report(.matcher(element.value), element.place)
            }
        }
        return matchers
    }

    private mutating func texts(_ node: DocumentNode, _ field: String) -> [SourceText] {
        log.list(node, field).compactMap { element in
            if element.text == nil {
                log.report(.wrongKind("a matcher", expected: "a text", found: element.kindName), element.place)
            }
            return element.text
        }
    }

    private mutating func pairs(
        _ node: DocumentNode, _ field: String, _ operation: AlertMatcher.Operation
    ) -> [AlertMatcher] {
        (node[field]?.members ?? []).compactMap { member in
            guard case .scalar(let text, _) = member.value.content else {
                let what = Prose.quote(member.key.value)
                log.report(.wrongKind(what, expected: "a text", found: member.value.kindName), member.value.place)
                return nil
            }
            return AlertMatcher(name: member.key, operation: operation, value: text)
        }
    }
}
