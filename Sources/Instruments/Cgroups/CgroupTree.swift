/// Where the control groups of this process are: cgroups(7), cgroup_namespaces(7).
struct CgroupTree: Sendable {
    private let root: String
    private let mounts: [CgroupMount]

    /// Looks up the mounts.
    ///
    /// - Parameter root: stands before each path.
    init(root: String) {
        self.root = root
        let lines = SystemFile.read(root + "/proc/self/mountinfo")?.split(separator: "\n") ?? []
        mounts = lines.compactMap(CgroupMount.init(line:))
    }

    /// The group that has a controller: in version 1 if the process is in a hierarchy of the controller there.
    func group(_ controller: String) -> Cgroup? {
        let memberships = memberships()
        if let one = memberships.first(where: { $0.controllers.contains(controller[...]) }) {
            return group(.one, at: one.path) { $0.contains(controller[...]) }
        }
        return unifiedGroup(memberships)
    }

    /// The group in version 2, which can be there without having any controller.
    func unifiedGroup() -> Cgroup? { unifiedGroup(memberships()) }

    private func unifiedGroup(_ memberships: [Membership]) -> Cgroup? {
        guard let two = memberships.first(where: { $0.hierarchy == "0" }) else { return nil }
        return group(.two, at: two.path) { _ in true }
    }

    private func group(
        _ version: Cgroup.Version, at path: Substring, where hasController: (Set<Substring>) -> Bool
    ) -> Cgroup? {
        for mount in mounts where mount.version == version && hasController(mount.options) {
            guard let names = mount.names(of: path) else { continue }
            return Cgroup(version: version, mount: root + mount.directory, names: names)
        }
        return nil
    }

    /// A line of `/proc/self/cgroup`: `4:cpu,cpuacct:/docker/1f`, or `0::/` of version 2.
    private struct Membership {
        let hierarchy: Substring
        let controllers: [Substring]
        let path: Substring
    }

    /// As of now, as a process can be moved.
    private func memberships() -> [Membership] {
        let lines = SystemFile.read(root + "/proc/self/cgroup")?.split(separator: "\n") ?? []
        return lines.compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return nil }
            return Membership(hierarchy: parts[0], controllers: parts[1].split(separator: ","), path: parts[2])
        }
    }
}

/// A hierarchy of control groups, or a part of one, as it is mounted.
private struct CgroupMount {
    let version: Cgroup.Version
    /// In version 1, its controllers are among them.
    let options: Set<Substring>
    let directory: String
    private let root: [Substring]

    /// - Parameter line: of `/proc/self/mountinfo`, proc_pid_mountinfo(5).
    init?(line: Substring) {
        let fields = line.split(separator: " ")
        // Optional fields come before the dash, and the type, the source and the options of the file system after it.
        guard fields.count > 9, let dash = fields.indices.dropFirst(6).first(where: { fields[$0] == "-" }),
            fields.count > dash + 3, let root = Self.unescaped(fields[3]), let directory = Self.unescaped(fields[4])
        else { return nil }
        switch fields[dash + 1] {
        case "cgroup": version = .one
        case "cgroup2": version = .two
        default: return nil
        }
        options = Set(fields[dash + 3].split(separator: ","))
        self.root = root.split(separator: "/")
        self.directory = directory
    }

    /// The names below the mount that lead to the group; nil if the mount does not show it.
    func names(of path: Substring) -> ArraySlice<Substring>? {
        let names = path.split(separator: "/")
        // A group outside the process's namespace has a path through `..`.
        guard names.starts(with: root), !names.contains("..") else { return nil }
        return names.dropFirst(root.count)
    }

    /// Spaces and the like are octal: `\040`.
    private static func unescaped(_ field: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = field.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            guard let code = UInt8(Substring(rest.prefix(3)), radix: 8) else { return nil }
            bytes.append(code)
            rest = rest.dropFirst(3)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
