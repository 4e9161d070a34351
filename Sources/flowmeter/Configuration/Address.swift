/// A place to listen at: a host name or IP address, and a port.
struct Address: Sendable, Hashable {
    /// Without brackets, also when it is an IPv6 address.
    var host: String
    /// 0 lets the system choose a free one.
    var port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `HOST:PORT`, with an IPv6 address in brackets: `[::1]:8080`.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), port <= 65_535
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        let isHostByte = { (byte: UInt8) in byte > 0x20 && byte < 0x7F && !"/[]@?#".utf8.contains(byte) }
        guard !host.isEmpty, host.utf8.allSatisfy(isHostByte) else { return nil }
        self.init(host: String(host), port: port)
    }

    /// Whether only this machine can reach it. A name other than `localhost` is taken for a public one.
    var isLoopback: Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}

extension Address: CustomStringConvertible {
    var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
