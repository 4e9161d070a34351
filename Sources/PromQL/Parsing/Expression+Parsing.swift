extension Expression {
    /// Reads a query in the grammar of Prometheus 2.42 to 3.x.
    ///
    /// Types, functions and regular expressions are looked at by ``typing``. What is beyond ``PromQLLimits`` is refused.
    ///
    /// - Throws: the first mistake.
    public init(parsing text: String) throws(PromQLError) {
        var text = text
        let result = text.withUTF8 { bytes in Self.parse(bytes) }
        self = try result.get()
    }

    /// Reads a query from its bytes.
    public init(parsing bytes: [UInt8]) throws(PromQLError) {
        let result = bytes.withUnsafeBufferPointer { bytes in Self.parse(bytes) }
        self = try result.get()
    }

    private static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Result<Expression, PromQLError> {
        do throws(Flaw) { return .success(try Parser.parse(bytes)) } catch { return .failure(PromQLError(error)) }
    }
}
