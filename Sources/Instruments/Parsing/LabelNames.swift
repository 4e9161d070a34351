/// The label names of the sample being read, and what was found out about them for the one before: the samples of a
/// family mostly have the same.
struct LabelNames {
    /// The names as they stand in the text, with their quotes if they have any.
    private var raw: [[UInt8]] = []
    private var changed = false
    private(set) var names: [String] = []
    /// Indices of the names in the order of their bytes.
    private(set) var order: [Int] = []
    /// Where each name starts in the text.
    private(set) var offsets: [Int] = []

    mutating func begin() { offsets.removeAll(keepingCapacity: true) }

    /// The next name, if it is the one that stood there before.
    mutating func next(_ text: UnsafeBufferPointer<UInt8>, at offset: Int) -> String? {
        let index = offsets.count
        guard index < raw.count, text.elementsEqual(raw[index]) else { return nil }
        offsets.append(offset)
        return names[index]
    }

    /// Notes a name that ``next(_:at:)`` did not know.
    mutating func set(_ name: String, _ text: UnsafeBufferPointer<UInt8>, at offset: Int) {
        let index = offsets.count
        raw.removeSubrange(index...)
        names.removeSubrange(index...)
        raw.append(Array(text))
        names.append(name)
        offsets.append(offset)
        changed = true
    }

    /// - Returns: the index of a name that stands there a second time, if there is one.
    mutating func end() -> Int? {
        guard changed || names.count > offsets.count else { return nil }
        changed = false
        raw.removeSubrange(offsets.count...)
        names.removeSubrange(offsets.count...)
        order = names.indices.sorted { left, right in
            if names[left] == names[right], names[left].utf8.elementsEqual(names[right].utf8) { return left < right }
            return names[left].utf8.lexicographicallyPrecedes(names[right].utf8)
        }
        for (index, next) in zip(order, order.dropFirst()) where names[index].utf8.elementsEqual(names[next].utf8) {
            return next
        }
        return nil
    }
}
