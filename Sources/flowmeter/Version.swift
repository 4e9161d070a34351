/// What this build is.
enum Version {
    static let number = "0.1.0"

    /// The commit it was built from. A package build does not know it; packagers put it here.
    static let commit = "unknown"

    /// The compiler's language version, as far as a compiled program can tell.
    static let swift: String = {
        #if compiler(>=6.4)
            "6.4"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }()

    /// All of it in a line.
    static let line = "flowmeter \(number) (commit \(commit), Swift \(swift))"
}
