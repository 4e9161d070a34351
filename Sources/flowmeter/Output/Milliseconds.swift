import Foundation

/// A length of time for people: three digits that say something, and a unit.
func describe(milliseconds: Double) -> String {
    switch milliseconds {
    case ..<0: "-"
    case ..<1: "\(String(format: "%.3f", milliseconds)) ms"
    case ..<100: "\(String(format: "%.2f", milliseconds)) ms"
    case ..<1000: "\(String(format: "%.0f", milliseconds)) ms"
    case ..<60_000: "\(String(format: "%.2f", milliseconds / 1000)) s"
    case ..<3_600_000: "\(Int(milliseconds / 60_000)) m \(Int(milliseconds / 1000) % 60) s"
    default: "\(Int(milliseconds / 3_600_000)) h \(Int(milliseconds / 60_000) % 60) m"
    }
}
