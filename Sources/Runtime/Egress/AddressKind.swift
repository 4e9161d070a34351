/// What addresses are for that no step of a workflow has to call on the public internet.
public enum AddressKind: Sendable, Hashable, CaseIterable {
    case metadata, unspecified, loopback, linkLocal, privateUse, sharedUse, multicast, broadcast, documentation
    case benchmarking, protocolUse, tunnel, reserved

    /// As a noun with its article.
    var phrase: String {
        switch self {
        case .metadata: "the address of a cloud's metadata service"
        case .unspecified: "an unspecified address, which means this machine"
        case .loopback: "a loopback address, which means this machine"
        case .linkLocal: "a link-local address"
        case .privateUse: "an address of a private network"
        case .sharedUse: "an address shared behind a carrier's NAT"
        case .multicast: "a multicast address"
        case .broadcast: "a broadcast address"
        case .documentation: "an address for documentation"
        case .benchmarking: "an address for benchmarks"
        case .protocolUse: "an address set aside for protocols"
        case .tunnel: "an address that carries another one in it"
        case .reserved: "a reserved address"
        }
    }

    /// The kind of the address and the range that says so; nil for one of the public internet.
    ///
    /// After the IANA special-purpose address registries (RFC 6890 and what came later), stricter than they are where
    /// these call a few addresses of a protocol's block reachable. In IPv6 only `2000::/3` is public at all.
    static func find(_ address: IPAddress) -> (kind: AddressKind, range: AddressRange)? {
        if let entry = table.first(where: { $0.range.contains(address) }) { return entry }
        if address.isV4 || globalUnicast.contains(address) { return nil }
        return (.reserved, AddressRange(.v6(0), prefix: 0))
    }

    private static let globalUnicast = AddressRange(.v6(0x2000 << 112), prefix: 3)

    /// The first that fits counts.
    private static let table: [(kind: AddressKind, range: AddressRange)] = metadataTable + table4 + table6

    private static let metadataTable: [(kind: AddressKind, range: AddressRange)] = [
        (.metadata, v4(169, 254, 169, 254, 32)),  // most clouds
        (.metadata, v4(169, 254, 170, 2, 32)),  // AWS, containers
        (.metadata, v4(169, 254, 170, 23, 32)),  // AWS, pods
        (.metadata, v4(100, 100, 100, 200, 32)),  // Alibaba
        (.metadata, v4(168, 63, 129, 16, 32)),  // Azure's host: a public address, yet the machine's own host
        (.metadata, v4(192, 0, 0, 192, 32)),  // Oracle
        (.metadata, v6(0xfd00_0ec2, 0x254, 128)),  // AWS
        (.metadata, v6(0xfd00_0ec2, 0x23, 128)),  // AWS, pods
        (.metadata, v6(0xfd20_00ce, 0x254, 128)),  // Google
    ]

    private static let table4: [(kind: AddressKind, range: AddressRange)] = [
        (.unspecified, v4(0, 0, 0, 0, 8)), (.privateUse, v4(10, 0, 0, 0, 8)), (.sharedUse, v4(100, 64, 0, 0, 10)),
        (.loopback, v4(127, 0, 0, 0, 8)), (.linkLocal, v4(169, 254, 0, 0, 16)), (.privateUse, v4(172, 16, 0, 0, 12)),
        (.protocolUse, v4(192, 0, 0, 0, 24)), (.documentation, v4(192, 0, 2, 0, 24)),
        (.tunnel, v4(192, 88, 99, 0, 24)), (.privateUse, v4(192, 168, 0, 0, 16)),
        (.benchmarking, v4(198, 18, 0, 0, 15)), (.documentation, v4(198, 51, 100, 0, 24)),
        (.documentation, v4(203, 0, 113, 0, 24)), (.multicast, v4(224, 0, 0, 0, 4)),
        (.broadcast, v4(255, 255, 255, 255, 32)), (.reserved, v4(240, 0, 0, 0, 4)),
    ]

    private static let table6: [(kind: AddressKind, range: AddressRange)] = [
        (.unspecified, v6(0, 0, 128)), (.loopback, v6(0, 1, 128)),
        (.tunnel, v6(0, 0, 96)),  // IPv4-compatible
        (.tunnel, v6(0, 0xffff_0000_0000_0000, 96)),  // IPv4-translated
        (.tunnel, AddressRange(.v6(0x64_ff9b_0001 << 80), prefix: 48)),  // NAT64 with a prefix of the network's own
        (.tunnel, v6(0x2001_0000, 0, 32)),  // Teredo
        (.benchmarking, AddressRange(.v6(0x2001_0002_0000 << 80), prefix: 48)),
        (.protocolUse, v6(0x2001_0000, 0, 23)),
        (.documentation, v6(0x2001_0db8, 0, 32)), (.documentation, v6(0x3fff_0000, 0, 20)),
        (.tunnel, v6(0x2002_0000, 0, 16)),  // 6to4
        (.privateUse, v6(0xfc00_0000, 0, 7)), (.linkLocal, v6(0xfe80_0000, 0, 10)),
        (.privateUse, v6(0xfec0_0000, 0, 10)),  // site-local, of old
        (.multicast, v6(0xff00_0000, 0, 8)),
    ]

    private static func v4(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ prefix: Int) -> AddressRange {
        AddressRange(.v4(a << 24 | b << 16 | c << 8 | d), prefix: prefix)
    }

    /// From the first 32 bits and the last 64.
    private static func v6(_ high: UInt32, _ low: UInt64, _ prefix: Int) -> AddressRange {
        AddressRange(.v6(UInt128(high) << 96 | UInt128(low)), prefix: prefix)
    }
}
