public import Documents

/// Where Alertmanager sends alerts.
public struct AlertRoutes: Sendable {
    /// The first route, which takes every alert.
    public let root: AlertRoute
    /// The names of the receivers.
    public let receivers: [SourceText]
    /// Which alerts hold others back.
    public let inhibitRules: [InhibitRule]
    /// The part of the document that it was read from.
    public let node: DocumentNode
}

/// A node of the tree of routes.
public struct AlertRoute: Sendable {
    /// The receiver, its own or that of the routes around it.
    public let receiver: SourceText
    /// Conditions that an alert must all meet.
    public let matchers: [AlertMatcher]
    /// Whether the next routes are asked too when this one took an alert.
    public let continues: Bool
    /// Labels; `...` is for all.
    public let groupBy: [SourceText]
    /// Routes within this one, asked in their order.
    public let routes: [AlertRoute]
    /// The part of the document that it was read from.
    public let node: DocumentNode
}

/// What an alert must be for others to be held back.
public struct InhibitRule: Sendable {
    /// What the alert meets that holds others back.
    public let source: [AlertMatcher]
    /// What the alerts meet that are held back.
    public let target: [AlertMatcher]
    /// Labels that must have the same values on both.
    public let equal: [SourceText]
    /// The part of the document that it was read from.
    public let node: DocumentNode
}

/// A condition on one label of an alert.
public struct AlertMatcher: Sendable {
    /// How the value is compared; regular expressions are for the whole value.
    public enum Operation: String, Sendable, Hashable {
        case equal = "="
        case notEqual = "!="
        case matches = "=~"
        case notMatches = "!~"
    }

    /// The label.
    public let name: SourceText
    /// How its value is compared.
    public let operation: Operation
    /// A label without a value is one with an empty value.
    public let value: SourceText
}

/// What is known of a label of an alert.
public enum AlertLabel: Sendable, Hashable {
    case value(String)
    /// The label may have any value, or be absent.
    case unknown
}

/// Whether an alert comes to a route.
public enum Reach: Int, Sendable, Comparable {
    case never, maybe, surely

    /// Whether one is less certain than the other.
    public static func < (left: Reach, right: Reach) -> Bool { left.rawValue < right.rawValue }
}

extension AlertRoutes {
    /// The routes that an alert comes to, as far as its labels are known.
    ///
    /// - Parameters:
    ///   - labels: What is known; any other label is what `others` says.
    ///   - others: `.value("")` when there are no more labels, `.unknown` when there may be.
    ///   - match: Whether a regular expression (RE2) matches a whole text; nil when that is not known.
    public func routes(
        reachedBy labels: [String: AlertLabel], others: AlertLabel = .value(""),
        match: (_ pattern: String, _ text: String) -> Bool?
    ) -> [(route: AlertRoute, reach: Reach)] {
        withoutActuallyEscaping(match) { RouteAsker(labels: labels, others: others, match: $0).ask(root).routes }
    }
}

private struct RouteAsker {
    let labels: [String: AlertLabel]
    let others: AlertLabel
    let match: (String, String) -> Bool?

    /// Whether the route takes the alert, and where the alert ends up in it.
    func ask(_ route: AlertRoute) -> (reach: Reach, routes: [(route: AlertRoute, reach: Reach)]) {
        let own = route.matchers.map(reach).min() ?? .surely
        guard own > .never else { return (.never, []) }
        var found: [(route: AlertRoute, reach: Reach)] = []
        var taken = Reach.never
        // What an earlier route that does not continue may have taken comes to the later ones maybe.
        var left = own
        for inner in route.routes {
            let (reach, routes) = ask(inner)
            found += routes.map { ($0.route, min($0.reach, left)) }
            taken = max(taken, reach)
            if !inner.continues, reach == .surely { break }
            if !inner.continues, reach == .maybe { left = .maybe }
        }
        if taken < .surely { found.append((route, taken == .never ? own : .maybe)) }
        return (own, found)
    }

    private func reach(_ matcher: AlertMatcher) -> Reach {
        guard case .value(let value) = labels[matcher.name.value] ?? others else { return .maybe }
        let holds: Bool? =
            switch matcher.operation {
            case .equal: value == matcher.value.value
            case .notEqual: value != matcher.value.value
            case .matches: match(matcher.value.value, value)
            case .notMatches: match(matcher.value.value, value).map { !$0 }
            }
        return holds.map { $0 ? .surely : .never } ?? .maybe
    }
}
