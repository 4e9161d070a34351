/// The members of a JSON object, in the order they were written.
///
/// Small objects are searched from end to end, which is faster than hashing; from 16 members on a table finds a member
/// in constant time. Two objects are equal when they have equal members, in whatever order.
public struct JSONObject: Sendable {
    private(set) var members: [(key: String, value: JSONValue)] = []
    private var table: [String: Int]?

    private static let tableThreshold = 16

    public init() {}

    /// Members in this order; a later member of the same name replaces an earlier one.
    public init(_ members: some Sequence<(String, JSONValue)>) {
        for (key, value) in members { self[key] = value }
    }

    public var count: Int { members.count }
    public var isEmpty: Bool { members.isEmpty }
    public var keys: [String] { members.map(\.key) }

    public subscript(key: String) -> JSONValue? {
        get { position(of: key).map { members[$0].value } }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?): members[position].value = value
            case (nil, let value?): append(key, value)
            case (let position?, nil): remove(at: position)
            case (nil, nil): break
            }
        }
    }

    /// Whether a member has this name.
    public func contains(_ key: String) -> Bool { position(of: key) != nil }

    /// Appends a member whose name is known not to occur yet, without looking for it again.
    mutating func appendNew(_ key: String, _ value: JSONValue) {
        // Most objects of events have a handful of members: one allocation holds them.
        if members.isEmpty { members.reserveCapacity(4) }
        append(key, value)
    }

    private func position(of key: String) -> Int? {
        if let table { return table[key] }
        return members.firstIndex { $0.key == key }
    }

    private mutating func append(_ key: String, _ value: JSONValue) {
        members.append((key, value))
        if table != nil {
            table?[key] = members.count - 1
        } else if members.count >= Self.tableThreshold {
            indexMembers()
        }
    }

    private mutating func remove(at position: Int) {
        members.remove(at: position)
        if table != nil { indexMembers() }
    }

    private mutating func indexMembers() {
        var table: [String: Int] = [:]
        table.reserveCapacity(members.count * 2)
        for (position, member) in members.enumerated() { table[member.key] = position }
        self.table = table
    }
}

extension JSONObject: Sequence {
    public func makeIterator() -> IndexingIterator<[(key: String, value: JSONValue)]> {
        members.makeIterator()
    }
}

extension JSONObject: Hashable {
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.members.allSatisfy { right[$0.key] == $0.value }
    }

    public func hash(into hasher: inout Hasher) {
        // Order does not count, so the members' hashes are combined by a sum.
        var sum = 0
        for (key, value) in members {
            var member = Hasher()
            member.combine(key)
            member.combine(value)
            sum &+= member.finalize()
        }
        hasher.combine(sum)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
