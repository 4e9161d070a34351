/// A control group: its directory, and the files in it.
struct Cgroup {
    enum Version {
        case one, two
    }

    let version: Version
    /// Where the hierarchy is mounted.
    let mount: String
    /// The names of the groups from there down to this one.
    let names: ArraySlice<Substring>

    func text(_ file: String) -> String? {
        SystemFile.read(([mount[...]] + names + [file[...]]).joined(separator: "/"))
    }

    /// A file that is one number.
    func number(_ file: String) -> Double? {
        let parts = words(file)
        return parts.count == 1 ? Self.number(parts[0]) : nil
    }

    /// A file that is two numbers.
    func pair(_ file: String) -> (Double?, Double?) {
        let parts = words(file)
        return parts.count == 2 ? (Self.number(parts[0]), Self.number(parts[1])) : (nil, nil)
    }

    /// One line of a file that has a name and a number on each.
    func field(_ name: String, of file: String) -> Double? {
        let lines = text(file)?.split(separator: "\n") ?? []
        let fields = lines.lazy.map { $0.split(separator: " ") }.first { $0.count == 2 && $0[0] == name[...] }
        return Self.number(fields?.last)
    }

    /// The least that this group and those above it have.
    func lowest(_ read: (Cgroup) -> Double?) -> Double? {
        (names.startIndex...names.endIndex).compactMap { end in
            read(Cgroup(version: version, mount: mount, names: names[..<end]))
        }.min()
    }

    /// The kernel writes whole numbers, and `max` or -1 for no limit.
    static func number(_ text: Substring?) -> Double? {
        text.flatMap { UInt64($0) }.map { Double($0) }
    }

    private func words(_ file: String) -> [Substring] {
        text(file)?.split(whereSeparator: \.isWhitespace) ?? []
    }
}
