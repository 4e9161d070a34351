import HTTPTypes
import Synchronization

/// Names a request in answers and logs: the client's name for it, or one of ours.
struct RequestIDs: Sendable {
    static let header = HTTPField.Name("X-Request-Id")!
    private static let maxLength = 128
    private static let digits = Array("0123456789abcdef".utf8)

    private let counter: Counter

    private final class Counter: Sendable {
        let next: Atomic<UInt64>
        init() { next = Atomic(UInt64.random(in: 0...UInt64(UInt32.max)) << 32) }
    }

    init() { counter = Counter() }

    /// The id that came with the request if it is one; else the next of this process: 32 random bits, then a number.
    func id(for headers: HTTPFields) -> String {
        if let given = headers[Self.header], Self.isValid(given) { return given }
        let number = counter.next.add(1, ordering: .relaxed).newValue
        return String(unsafeUninitializedCapacity: 16) { buffer in
            for position in 0..<16 { buffer[position] = Self.digits[Int(number >> UInt64(60 - 4 * position) & 15)] }
            return 16
        }
    }

    private static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        return !bytes.isEmpty && bytes.count <= maxLength
            && bytes.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                default: false
                }
            }
    }
}
