import Logging
import Runtime
import Server
import Telemetry
import Workflow

/// How values of a type are written in the configuration.
struct ValueForm<Value: Sendable>: Sendable {
    let placeholder: String
    /// Which texts are right, to follow "expected".
    let allowed: String
    let read: @Sendable (String) -> Value?
    let write: @Sendable (Value) -> String
}

extension ValueForm<Address> {
    static let address = ValueForm(
        placeholder: "HOST:PORT", allowed: "HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080",
        read: { Address($0) }, write: \.description)
}

extension ValueForm<Bool> {
    static let flag = ValueForm(
        placeholder: "BOOL", allowed: "true or false",
        read: { text in
            switch text.lowercased() {
            case "true", "yes", "on", "1": true
            case "false", "no", "off", "0": false
            default: nil
            }
        },
        write: \.description)
}

extension ValueForm<Logger.Level> {
    static let logLevel = ValueForm(
        placeholder: "LEVEL",
        allowed: "one of " + Logger.Level.allCases.map(\.rawValue).joined(separator: ", "),
        read: { Logger.Level(rawValue: $0.lowercased()) }, write: \.rawValue)
}

extension ValueForm<[String]> {
    static let dialects = ValueForm(
        placeholder: "NAMES",
        allowed: "names out of \(Dialect.choices.joined(separator: ", ")), and paths that end in .yaml, each once",
        read: { text in
            let names = parts(text)
            let areKnown = names.allSatisfy {
                Dialect.choices.contains($0) || $0.hasSuffix(".yaml") || $0.hasSuffix(".yml")
            }
            return areKnown && Set(names).count == names.count ? names : nil
        },
        write: { $0.joined(separator: ",") })

    /// Entries of ``EgressRules``.
    static let hosts = ValueForm(
        placeholder: "HOSTS",
        allowed: "addresses, ranges and names, such as 10.0.0.7, 10.0.0.0/8, orders.internal or *.internal",
        read: { text in
            let entries = parts(text)
            return (try? EgressRules(allow: entries)) == nil ? nil : entries
        },
        write: { $0.joined(separator: ",") })
}

extension ValueForm<[String: RateLimit]> {
    static let rates = ValueForm(
        placeholder: "RATES",
        allowed: "HOST=CALLS/DURATION, such as api.example.com=100/1s or 10.0.0.7:8080=5/1m, each host once",
        read: { text in
            let rates = parts(text).map { part -> (String, RateLimit)? in
                let sides = part.split(separator: "=", omittingEmptySubsequences: false)
                guard sides.count == 2, let host = EgressTarget.authority(parsing: sides[0]),
                    let limit = RateLimit(parsing: sides[1])
                else { return nil }
                return (host, limit)
            }
            let known = Dictionary(rates.compactMap(\.self)) { first, _ in first }
            return known.count == rates.count ? known : nil
        },
        write: { $0.map { "\($0)=\($1)" }.sorted().joined(separator: ",") })
}

extension ValueForm<Duration> {
    static let duration = ValueForm(
        placeholder: "DURATION", allowed: "a duration from 1ms to 1h, such as 30s",
        read: { text in
            guard let duration = try? Duration(parsing: text) else { return nil }
            return Duration.milliseconds(1)...Duration.seconds(3600) ~= duration ? duration : nil
        },
        write: \.shortText)

    static let age = ValueForm(
        placeholder: "AGE", allowed: "a duration from 1s to 365d, such as 30d",
        read: { text in
            guard let duration = try? Duration(parsing: text) else { return nil }
            return Retention.ages.contains(duration) ? duration : nil
        },
        write: \.shortText)
}

extension ValueForm<Int> {
    static let executions = number(in: Retention.counts, placeholder: "COUNT")
    static let responseBytes = number(in: 1...Limits.responseBytes, placeholder: "BYTES")

    private static func number(in range: ClosedRange<Int>, placeholder: String) -> ValueForm {
        ValueForm(
            placeholder: placeholder, allowed: "a number from \(range.lowerBound) to \(range.upperBound)",
            read: { text in
                guard let number = Int(text), text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
                return range ~= number ? number : nil
            },
            write: \.description)
    }
}

/// What stands between commas, without spaces around it.
private func parts(_ text: String) -> [String] {
    text.split(separator: ",", omittingEmptySubsequences: false).map {
        String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

extension ValueForm<String> {
    static let directory = ValueForm(
        placeholder: "DIR", allowed: "the path of a directory",
        read: { $0.isEmpty || $0.utf8.contains(0) ? nil : $0 }, write: \.self)

    static let file = ValueForm(
        placeholder: "FILE", allowed: "the path of a file",
        read: { $0.isEmpty || $0.utf8.contains(0) ? nil : $0 }, write: \.self)

    /// A path of the API's own address.
    static let route = ValueForm(
        placeholder: "PATH",
        allowed: "a path that begins with /, such as /metrics, outside of /api, /health and /ready",
        read: { isFreeRoute($0) ? $0 : nil }, write: \.self)

    static let serviceName = ValueForm(
        placeholder: "NAME", allowed: "1 to 64 letters, digits, dots, dashes or underscores",
        read: { text in
            let isName = (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(isNameByte)
            return isName ? text : nil
        },
        write: \.self)

    /// A bearer token that somebody else may have made up.
    static let token = ValueForm(
        placeholder: "TOKEN", allowed: "at least 16 printable ASCII characters without spaces",
        read: { $0.utf8.count >= 16 && $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? $0 : nil }, write: \.self)

    static let apiKey = ValueForm(
        placeholder: "KEY",
        allowed:
            "a key that `flowmeter key generate` made (fm_…), or 20 to 200 printable ASCII characters without spaces",
        read: { isAPIKey($0) ? $0 : nil }, write: \.self)

    private static func isAPIKey(_ text: String) -> Bool {
        if text.hasPrefix("fm_") { return APIKey(parsing: text) != nil }
        return (20...200).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    private static func isFreeRoute(_ path: String) -> Bool {
        guard path.hasPrefix("/"), path.count > 1, !path.hasSuffix("/"), !path.contains("//") else { return false }
        let taken = ["api", "health", "ready"]
        guard let first = path.split(separator: "/").first, !taken.contains(String(first)) else { return false }
        return path.utf8.allSatisfy { isNameByte($0) || $0 == 0x2F }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }
}
