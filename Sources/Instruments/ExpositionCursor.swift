internal import CInstruments

/// Writes an exposition chunk by chunk, as it is asked to.
///
/// Not to be used by two threads at once; each chunk may be asked for by another one.
final class ExpositionCursor {
    private let families: [any CollectedFamily]
    private var next = 0
    private var position = SeriesPosition()
    private var isEnded = false
    private var buffer: ExpositionBuffer
    /// What keeps the series of the family that is being written from being freed.
    private let reading = instruments_pin()

    /// - Parameters:
    ///   - families: by name.
    ///   - chunk: about how many bytes are written at a time; in protobuf, whole families.
    init(
        _ families: [any CollectedFamily], _ format: ExpositionFormat, _ escaping: EscapingScheme, chunk: Int,
        showsCreated: Bool
    ) {
        self.families = families
        buffer = ExpositionBuffer(format, escaping, limit: max(chunk, 4 << 10), showsCreated: showsCreated)
    }

    deinit { instruments_unpin(reading) }

    /// The chunk that was written last. Good until the next one is asked for.
    var bytes: UnsafeRawBufferPointer { buffer.bytes }

    /// Writes the next chunk; false if there is none.
    func advance() -> Bool {
        buffer.clear()
        while !buffer.isFull, next < families.count {
            if buffer.format == .protobuf {
                if let message = ProtobufExposition.message(families[next], buffer.escaping) { buffer.append(message) }
            } else if !families[next].write(to: &buffer, from: &position) {
                break
            }
            next += 1
            position = SeriesPosition()
        }
        if next == families.count, !isEnded {
            buffer.end()
            isEnded = true
        }
        return !buffer.bytes.isEmpty
    }
}
