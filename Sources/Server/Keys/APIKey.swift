import Crypto

/// A secret that opens the API: `fm_`, 27 letters of base 62 that carry 160 random bits, and a checksum of 6 letters.
///
/// The checksum is the CRC-32 (IEEE 802.3) of all before it, in base 62. It tells a mistyped key from a wrong one, and
/// lets scanners for leaked secrets recognise a key. The server keeps only the SHA-256 of a key.
public struct APIKey: Sendable, Hashable {
    /// The key itself. Show it once, to whoever asked for it; never log it.
    public let text: String
    /// SHA-256 of ``text``.
    public let digest: [UInt8]

    static let prefix = "fm_"
    private static let secretLength = 27
    private static let checksumLength = 6
    static let length = 3 + secretLength + checksumLength

    /// A new key from the system's secure random numbers.
    public static func generate() -> APIKey {
        var random = SystemRandomNumberGenerator()
        var bytes = Array(prefix.utf8)
        for _ in 0..<secretLength { bytes.append(Base62.digit(Int.random(in: 0..<62, using: &random))) }
        bytes += Base62.digits(CRC32.checksum(of: bytes), count: checksumLength)
        return APIKey(unchecked: String(decoding: bytes, as: UTF8.self))
    }

    /// Reads a key; nil when the form or the checksum is wrong.
    public init?(parsing text: String) {
        guard Self.isWellFormed(Array(text.utf8)) else { return nil }
        self.init(unchecked: text)
    }

    init(unchecked text: String) {
        self.text = text
        digest = Self.digest(of: Array(text.utf8))
    }

    /// Names the key without giving it away: the first 8 bytes of its digest in hexadecimal.
    public var id: String { Self.id(ofDigest: digest) }

    static func id(ofDigest digest: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let letters = digest.prefix(8).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: letters, as: UTF8.self)
    }

    static func digest(of bytes: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return hash.finalize().withUnsafeBytes { Array($0) }
    }

    /// Whether form and checksum are right; cheap, so that nonsense is refused before anything is hashed.
    static func isWellFormed(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == length, bytes.starts(with: prefix.utf8),
            bytes.dropFirst(3).allSatisfy(Base62.isDigit)
        else { return false }
        let body = bytes.dropLast(checksumLength)
        return bytes.suffix(checksumLength).elementsEqual(
            Base62.digits(CRC32.checksum(of: body), count: checksumLength))
    }
}

extension APIKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The id, never the key: a key that is interpolated into a log by mistake stays secret.
    public var description: String { "API key \(id)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}

enum Base62 {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    static func digit(_ value: Int) -> UInt8 { alphabet[value] }

    static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }

    /// The number with leading zeros; its highest digit comes first.
    static func digits(_ number: UInt32, count: Int) -> [UInt8] {
        var rest = number
        var digits = [UInt8](repeating: alphabet[0], count: count)
        for position in digits.indices.reversed() {
            digits[position] = alphabet[Int(rest % 62)]
            rest /= 62
        }
        return digits
    }
}

/// The checksum of IEEE 802.3: reflected, polynomial 0xEDB88320.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }

    static func checksum(of bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { $0 >> 8 ^ table[Int(($0 ^ UInt32($1)) & 0xFF)] }
    }
}
