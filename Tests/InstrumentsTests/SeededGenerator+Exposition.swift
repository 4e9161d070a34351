import TestSupport

extension SeededGenerator {
    mutating func one<Element>(of elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &self)]
    }

    /// Any text: empty, control characters, what the formats escape, all of Unicode, 10 KB.
    mutating func text() -> String {
        var scalars = String.UnicodeScalarView()
        let kind = Int.random(in: 0..<6, using: &self)
        for _ in 0..<one(of: [0, 1, 1, 2, 3, 8, 40]) { scalars.append(scalar(kind)) }
        let text = String(scalars)
        guard Int.random(in: 0..<50, using: &self) == 0, !text.isEmpty else { return text }
        return String(repeating: text, count: 10_240 / text.utf8.count + 1)
    }

    private mutating func scalar(_ kind: Int) -> Unicode.Scalar {
        switch kind {
        case 0: one(of: Array("\\\"\n\r\t {},=#_ae1\u{0}".unicodeScalars))
        case 1: Unicode.Scalar(UInt8.random(in: 0...0x7F, using: &self))
        case 2: Unicode.Scalar(UInt8.random(in: 0...0xFF, using: &self))
        case 3: one(of: Array("\u{85}\u{2028}\u{FEFF}\u{301}\u{FFFF}\u{10FFFF}\u{E000}\u{D7FF}e".unicodeScalars))
        default: Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &self)) ?? "\u{FFFD}"
        }
    }

    /// A name that Prometheus text 0.0.4 allows.
    mutating func name(colons: Bool) -> String {
        let letters = Array("abzAZ_\(colons ? ":" : "")".unicodeScalars)
        var name = String(one(of: letters))
        for _ in 0..<one(of: [0, 1, 5, 30]) {
            name.unicodeScalars.append(one(of: letters + Array("059".unicodeScalars)))
        }
        return name
    }

    /// Any double, the awkward ones often.
    mutating func double() -> Double {
        let awkward: [Double] = [
            0, -0.0, .nan, -.nan, .signalingNaN, .init(nan: 0x1234, signaling: false), .infinity, -.infinity,
            .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude.nextDown, .greatestFiniteMagnitude,
            0x1p53 - 1, 0x1p53, 0x1p53 + 2, -0x1p53, 0x1p63, 0x1p63.nextDown, -0x1p63, 0x1p64, 0.1, 1e22, 1e23, 5e-5,
        ]
        return switch Int.random(in: 0..<4, using: &self) {
        case 0: one(of: awkward)
        case 1: Double(Int64.random(in: .min ... .max, using: &self) >> Int64.random(in: 0..<64, using: &self))
        default: Double(bitPattern: next())
        }
    }
}
