/// The label values of one series, in the order of the family's labels.
///
/// Compared, ordered and hashed by their UTF-8 bytes, as the readers of an exposition do: to them, the two spellings of
/// an accented letter that `String` takes for equal are different values.
struct LabelValues: Hashable, Comparable, Sendable {
    var strings: [String]

    init(_ strings: [String]) { self.strings = strings }

    static func == (left: LabelValues, right: LabelValues) -> Bool {
        left.strings.count == right.strings.count
            && left.strings.indices.allSatisfy { compareBytes(left.strings[$0], right.strings[$0]) == 0 }
    }

    static func < (left: LabelValues, right: LabelValues) -> Bool {
        for index in 0..<min(left.strings.count, right.strings.count) {
            let order = compareBytes(left.strings[index], right.strings[index])
            if order != 0 { return order < 0 }
        }
        return left.strings.count < right.strings.count
    }

    func hash(into hasher: inout Hasher) {
        for string in strings {
            hasher.combine(string.utf8.count)
            var string = string
            string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }
}

/// Below 0, 0 or above 0, as the first string comes before, equals or comes after the second by UTF-8 bytes.
private func compareBytes(_ left: String, _ right: String) -> Int {
    var left = left
    var right = right
    return left.withUTF8 { left in
        right.withUTF8 { right in
            for index in 0..<min(left.count, right.count) where left[index] != right[index] {
                return left[index] < right[index] ? -1 : 1
            }
            return left.count - right.count
        }
    }
}
