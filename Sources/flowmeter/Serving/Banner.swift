import NIOCore

/// What `serve` prints on stdout when it is ready.
enum Banner {
    static func print(firstKey key: String) {
        Console.print(
            """
              admin API key  \(key)
                             shown this once; `export FLOWMETER_API_KEY=\(key)`
            """)
    }

    static func print(_ configuration: Configuration, api: SocketAddress, metrics: SocketAddress?, data: String) {
        Console.print(
            """
              API            \(url(api))
              metrics        \(metricsLine(configuration, api: api, metrics: metrics))
              data           \(data)
            """)
    }

    private static func metricsLine(
        _ configuration: Configuration, api: SocketAddress, metrics: SocketAddress?
    ) -> String {
        guard configuration.monitoringEnabled else { return "off" }
        let guarded = configuration.monitoringToken == nil ? "" : " (behind monitoring.token)"
        return url(metrics ?? api) + configuration.monitoringPath + guarded
    }

    private static func url(_ address: SocketAddress) -> String {
        "http://\(Address(host: address.ipAddress ?? "localhost", port: address.port ?? 0))"
    }
}
