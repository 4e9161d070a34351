import Wording

extension DefinitionParser {
    // MARK: Templates

    /// A text with placeholders.
    mutating func template(_ cursor: Cursor, isConcurrency: Bool = false) -> Template? {
        guard let text = text(cursor, "a text") else { return nil }
        do throws(ExpressionError) {
            let template = try Template(parsing: text)
            note(template.paths, at: cursor, isConcurrency: isConcurrency)
            return template
        } catch {
            report(error, .template, at: cursor)
            return nil
        }
    }

    /// A template that is one placeholder, and so can give a list.
    mutating func wholeTemplate(_ cursor: Cursor) -> Template? {
        if case .scalar = cursor.node.content {
            guard let template = template(cursor) else { return nil }
            if template.wholePath != nil { return template }
            report(.expression(ExpressionError(.notOnePlaceholder), .template), at: cursor)
        } else {
            let expected = "a placeholder that names a list, such as \"{{order.items}}\""
            report(.wrongKind(expected: expected, found: cursor.node.kindName), at: cursor)
        }
        return nil
    }

    /// Any value; its strings are templates. Each problem is reported at the string that has it.
    mutating func templateValue(_ cursor: Cursor) -> TemplateValue? {
        guard checkTemplates(cursor), let value = json(cursor) else { return nil }
        return try? TemplateValue(value)
    }

    private mutating func checkTemplates(_ cursor: Cursor) -> Bool {
        switch cursor.node.content {
        case .scalar(let text, let isPlain):
            if isPlain, case .value(let value) = PlainScalar.value(text), value.string == nil { return true }
            return template(cursor) != nil
        case .list(let elements):
            return elements.enumerated().reduce(true) { isValid, element in
                checkTemplates(Cursor(node: element.1, path: "\(cursor.path)[\(element.0)]")) && isValid
            }
        case .map(let members):
            return members.reduce(true) { isValid, member in
                let path = Members.join(cursor.path, member.key)
                return checkTemplates(Cursor(node: member.value, path: path)) && isValid
            }
        }
    }

    // MARK: Paths

    /// A path that stands as the value of a key, such as `field`.
    mutating func path(_ cursor: Cursor, isTrigger: Bool) -> Path? {
        guard let text = text(cursor, "a path") else { return nil }
        if let inner = Self.placeholder(text), let path = try? Path(parsing: inner) {
            note([path], at: cursor, isTrigger: isTrigger)
            return path
        }
        do throws(ExpressionError) {
            let path = try Path(parsing: text)
            note([path], at: cursor, isTrigger: isTrigger)
            return path
        } catch {
            report(error, .path, at: cursor)
            return nil
        }
    }

    /// The path of a text that is one placeholder; `field: "{{order.total}}"` means `field: order.total`.
    private static func placeholder(_ text: String) -> String? {
        guard text.hasPrefix("{{"), text.hasSuffix("}}"), text.utf8.count >= 4 else { return nil }
        return String(text.dropFirst(2).dropLast(2))
    }

    /// A path that stands as a key, in `match` and in `set`.
    mutating func keyPath(_ member: SourceMember, in cursor: Cursor) -> Path? {
        do throws(ExpressionError) {
            return try Path(parsing: member.key)
        } catch {
            report(.expression(error, .path), member: member, in: cursor)
            return nil
        }
    }

    mutating func note(
        _ paths: [Path], at cursor: Cursor, isTrigger: Bool = false, isConcurrency: Bool = false
    ) {
        for path in paths {
            let node = cursor.node
            uses.append(
                PathUse(
                    path: path, line: node.line, column: node.column, place: cursor.path, isTrigger: isTrigger,
                    isConcurrency: isConcurrency))
        }
    }

    mutating func report(_ error: ExpressionError, _ kind: Fault.ExpressionKind, at cursor: Cursor) {
        report(.expression(error, kind), offset: error.offset, at: cursor)
    }

    /// Reports what is wrong inside a text at its own column, when the text stands on its line as it is.
    mutating func report(_ fault: Fault, offset: Int, at cursor: Cursor) {
        if problems.isFull { return }
        var place = cursor
        if case .scalar(let text, _) = cursor.node.content, lines.indices.contains(cursor.node.line - 1) {
            let rest = lines[cursor.node.line - 1].unicodeScalars.dropFirst(cursor.node.column - 1)
            let quotes = rest.first == "\"" || rest.first == "'" ? 1 : 0
            let stands = rest.dropFirst(quotes).starts(with: text.unicodeScalars)
            if stands { place.node.column += quotes + offset }
        }
        report(fault, at: place)
    }

    // MARK: What paths can resolve to

    /// The fields of the names that the engine fills; `steps` has the ids of the steps.
    private static let fields: [(root: String, fields: [String])] = [
        ("event", ["id", "name", "data", "received_at"]),
        ("execution", ["id", "workflow_id", "version", "started_at", "trigger"]),
        ("workflow", ["id", "name", "version"]),
    ]

    /// Reports the paths that can never lead to a value.
    mutating func checkPaths() {
        for use in uses where !problems.isFull {
            guard let fault = fault(of: use) else { continue }
            problems.append(Problem(fault, line: use.line, column: use.column, path: use.place))
        }
    }

    private mutating func fault(of use: PathUse) -> Fault? {
        let root = use.path.root
        if use.isTrigger || use.isConcurrency, root == "steps" || root == "execution" { return .rootNotThere(root) }
        if use.isTrigger, root == "event" || root == "workflow" { return .rootInTrigger(root) }
        if isRule, root == "steps" { return .stepsInRule }
        guard use.path.segments.count > 1, case .key(let field) = use.path.segments[1], field != "length" else {
            return nil
        }
        if root == "steps" {
            guard ids[field] == nil else { return nil }
            return .unknownStep(field, nearest: nearestStep(field))
        }
        guard let fields = Self.fields.first(where: { $0.root == root })?.fields, !fields.contains(field) else {
            return nil
        }
        return .unknownField(field, root: root, nearest: NearestWord.find(field, among: fields), allowed: fields)
    }
}
