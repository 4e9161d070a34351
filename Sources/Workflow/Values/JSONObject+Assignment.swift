extension JSONObject {
    /// Sets the value at a path, making the objects on the way; what stands in the way is replaced, except for lists: see
    /// ``obstacle(to:)``.
    mutating func assign(_ value: JSONValue, at path: String) {
        if let path = try? Path(parsing: path) { assign(value, at: path.segments[...]) }
    }

    fileprivate mutating func assign(_ value: JSONValue, at segments: ArraySlice<Path.Segment>) {
        guard let first = segments.first?.name else { return }
        guard segments.count > 1 else {
            self[first] = value
            return
        }
        var inner = self[first] ?? .null
        self[first] = .null
        inner.assign(value, at: segments.dropFirst())
        self[first] = inner
    }

    /// Why nothing can be set at a path: it leads to a place that a list does not have.
    func obstacle(to path: Path) -> String? {
        var value = JSONValue.object(self)
        for segment in path.segments {
            switch (value, segment) {
            case (.array(let list), .index(let index)) where index < list.count: value = list[index]
            case (.array(let list), _):
                return "`\(path)` cannot be set: the list has \(list.count) elements, and no `\(segment.name)`"
            case (.object(let object), _): value = object[segment.name] ?? .null
            default: return nil
            }
        }
        return nil
    }

    /// Takes the members of another object in; objects that both have are merged in turn.
    mutating func merge(_ other: JSONObject) {
        for (key, value) in other {
            guard let theirs = value.object, var ours = self[key]?.object else {
                self[key] = value
                continue
            }
            ours.merge(theirs)
            self[key] = .object(ours)
        }
    }

    /// Takes the members of another object in that are not there yet; of objects that both have, their members in turn.
    mutating func fill(_ other: JSONObject) {
        for (key, value) in other {
            guard let ours = self[key] else {
                self[key] = value
                continue
            }
            guard var inner = ours.object, let theirs = value.object else { continue }
            inner.fill(theirs)
            self[key] = .object(inner)
        }
    }

    /// Sets a member of the object that stands under `name`.
    mutating func assign(_ value: JSONValue, member: String, of name: String) {
        var inner = self[name]?.object ?? [:]
        self[name] = .null
        inner[member] = value
        self[name] = .object(inner)
    }
}

extension JSONValue {
    fileprivate mutating func assign(_ value: JSONValue, at segments: ArraySlice<Path.Segment>) {
        guard let first = segments.first else { return self = value }
        if case .array(var list) = self, case .index(let index) = first, index < list.count {
            self = .null
            list[index].assign(value, at: segments.dropFirst())
            self = .array(list)
            return
        }
        var object = self.object ?? [:]
        self = .null
        object.assign(value, at: segments)
        self = .object(object)
    }
}

extension Path.Segment {
    fileprivate var name: String {
        switch self {
        case .key(let name): name
        case .index(let index): String(index)
        }
    }
}
