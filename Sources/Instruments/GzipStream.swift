internal import CInstruments

/// Compresses a stream to the gzip format, RFC 1952, with the system's zlib.
final class GzipStream {
    private let stream: OpaquePointer

    /// Nil if there is no memory for it.
    init?() {
        guard let stream = instruments_gzip_open() else { return nil }
        self.stream = stream
    }

    deinit { instruments_gzip_close(stream) }

    /// What has become of these bytes and of those before, as far as it is ready; all of it with the last ones. After
    /// the last ones, nothing.
    func compress(_ bytes: [UInt8], isLast: Bool) -> [UInt8] {
        var compressed: [UInt8] = []
        bytes.withUnsafeBufferPointer { bytes in
            instruments_gzip_put(stream, bytes.baseAddress, bytes.count, isLast)
            var more = true
            while more {
                compressed += [UInt8](unsafeUninitializedCapacity: 16 << 10) { buffer, count in
                    count = instruments_gzip_take(stream, buffer.baseAddress, buffer.count)
                    more = count == buffer.count
                }
            }
        }
        return compressed
    }
}
