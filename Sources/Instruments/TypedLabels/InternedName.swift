/// A text by its number: the same text has the same number for as long as the process runs.
///
/// There are at most ``limit`` texts; one that comes later is taken for ``Label/overflowValue``, as what is not bounded is
/// no declared name.
@usableFromInline
struct InternedName: Sendable, Hashable {
    static let limit = 1 << 20

    private struct Table {
        var numbers: [LabelValues: UInt32] = [:]
        var texts: [String] = []
    }

    private static let table = Guarded(Table())

    @usableFromInline let number: UInt32

    @usableFromInline
    init(_ text: String) {
        number = Self.table.withLock { table in
            var key = LabelValues([text])
            if let known = table.numbers[key] { return known }
            if table.texts.count >= Self.limit {
                key = LabelValues([Label.overflowValue])
                if let known = table.numbers[key] { return known }
            }
            let number = UInt32(truncatingIfNeeded: table.texts.count)
            table.numbers[key] = number
            table.texts.append(key.strings[0])
            return number
        }
    }

    var text: String { Self.table.withLock { $0.texts[Int(number)] } }
}
