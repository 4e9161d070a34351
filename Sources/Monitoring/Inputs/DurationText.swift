public import Documents

/// A duration as Prometheus writes it, such as `1h30m`.
public struct DurationText: Sendable {
    /// As it is written.
    public let text: SourceText
    /// How long it is.
    public let milliseconds: Int

    /// Nil when the text is no duration.
    init?(_ text: SourceText) {
        guard let milliseconds = Self.milliseconds(text.value) else { return nil }
        self.text = text
        self.milliseconds = milliseconds
    }

    private static let units: [(name: String, milliseconds: Int)] = [
        ("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
        ("ms", 1),
    ]

    /// The value of whole numbers with units, each unit once, the larger before the smaller; `0` needs no unit. Nil
    /// when the text is nothing like that, or past what 64 bits of nanoseconds hold.
    public static func milliseconds(_ text: String) -> Int? {
        if text == "0" { return 0 }
        var rest = text.utf8[...]
        var left = units[...]
        var total = 0
        while !rest.isEmpty {
            let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 }
            rest = rest.dropFirst(name.count)
            guard let index = left.firstIndex(where: { name.elementsEqual($0.name.utf8) }),
                let number = Int(Substring(digits)), !digits.isEmpty
            else { return nil }
            let (product, tooLarge) = number.multipliedReportingOverflow(by: units[index].milliseconds)
            let (sum, overflow) = total.addingReportingOverflow(product)
            guard !tooLarge, !overflow, sum <= Int.max / 1_000_000 else { return nil }
            total = sum
            left = units[(index + 1)...]
        }
        return text.isEmpty ? nil : total
    }
}
