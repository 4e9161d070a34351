public import Documents

extension Dialect {
    /// The one that is always on: the engine's own families.
    public static let own = "flowmeter"
    /// The one that is on where no other is chosen.
    public static let standard = "intelligent-workflows"
    /// Those that can be chosen.
    public static let choices = [standard, "compozy", "codeai", "opentelemetry"]

    /// A dialect from its file.
    public init(yaml file: SourceFile) throws(DialectError) {
        var reader = DialectReader()
        self = try reader.read(file)
    }

    /// The dialects of these names that come with Flowmeter; those that do not are left out.
    ///
    /// - Throws: never, as a test sees to it.
    public static func shipped(_ names: [String] = [own, standard]) throws(DialectError) -> [Dialect] {
        var dialects: [Dialect] = []
        for name in names {
            guard let bytes = files[name] else { continue }
            dialects.append(try Dialect(yaml: SourceFile(path: "\(name).yaml", bytes: bytes)))
        }
        return dialects
    }

    private static let files: [String: [UInt8]] = [
        own: PackageResources.flowmeter_yaml, standard: PackageResources.intelligent_workflows_yaml,
        "compozy": PackageResources.compozy_yaml, "codeai": PackageResources.codeai_yaml,
        "opentelemetry": PackageResources.opentelemetry_yaml,
    ]
}
