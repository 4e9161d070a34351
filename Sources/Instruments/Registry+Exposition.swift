extension Registry {
    /// All families by name, as plain values.
    ///
    /// Every number is read by itself: what is recorded meanwhile may be in one series and not yet in another. The count
    /// of a histogram always equals its last bucket.
    public func snapshot() -> [MetricFamily] {
        collect().map { $0.snapshot() }
    }

    /// All families by name, those without a series left out; series by label values. As consistent as ``snapshot()``.
    ///
    /// - Parameter escaping: how names are shown that are no legacy names.
    /// - Returns: the body of a scrape's response, UTF-8 or protobuf; its content type is that of the format.
    public func expose(_ format: ExpositionFormat, escaping: EscapingScheme = .underscores) -> [UInt8] {
        var bytes: [UInt8] = []
        expose(format, escaping: escaping) { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// The same in chunks, so that no copy of the whole is needed.
    ///
    /// - Parameters:
    ///   - escaping: how names are shown that are no legacy names.
    ///   - chunk: about how many bytes are handed out at a time; in protobuf, whole families.
    ///   - emit: called for each chunk in turn; it must not keep the bytes.
    public func expose(
        _ format: ExpositionFormat, escaping: EscapingScheme = .underscores, chunk: Int = 64 << 10,
        _ emit: (UnsafeRawBufferPointer) -> Void
    ) {
        let cursor = cursor(format, escaping, chunk: chunk)
        while cursor.advance() { emit(cursor.bytes) }
    }

    /// - Parameter names: of families or their samples; empty for all.
    func cursor(
        _ format: ExpositionFormat, _ escaping: EscapingScheme, chunk: Int, names: Set<String> = []
    ) -> ExpositionCursor {
        let families = collect().filter { names.isEmpty || !names.isDisjoint(with: $0.definition.claimedNames) }
        return ExpositionCursor(
            families, format, format.possible(escaping), chunk: chunk, showsCreated: store.showsCreated)
    }

    func ordered() -> [any CollectedFamily] {
        store.state.withLock { state in
            if let ordered = state.ordered { return ordered }
            let ordered = state.families.sorted { $0.key < $1.key }.map(\.value)
            state.ordered = ordered
            return ordered
        }
    }
}
