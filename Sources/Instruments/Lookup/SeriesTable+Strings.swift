/// Lookups by label values as they come, without a list of them in between.
extension SeriesTable {
    private typealias Bytes = UnsafeBufferPointer<UInt8>

    func instrument(_ first: String) -> AnyObject? {
        first.withBytes { first in find(hash(first)) { $0.has(first, at: 0) } }
    }

    func instrument(_ first: String, _ second: String) -> AnyObject? {
        first.withBytes { first in
            second.withBytes { second in
                find(hash(first, second)) { $0.has(first, at: 0) && $0.has(second, at: 1) }
            }
        }
    }

    func instrument(_ first: String, _ second: String, _ third: String) -> AnyObject? {
        first.withBytes { first in
            second.withBytes { second in
                third.withBytes { third in
                    find(hash(first, second, third)) {
                        $0.has(first, at: 0) && $0.has(second, at: 1) && $0.has(third, at: 2)
                    }
                }
            }
        }
    }

    func visit(_ first: String, _ body: (AnyObject) -> Void) -> Bool {
        first.withBytes { first in visit(hash(first), { $0.has(first, at: 0) }, body) }
    }

    func visit(_ first: String, _ second: String, _ body: (AnyObject) -> Void) -> Bool {
        first.withBytes { first in
            second.withBytes { second in
                visit(hash(first, second), { $0.has(first, at: 0) && $0.has(second, at: 1) }, body)
            }
        }
    }

    func visit(_ first: String, _ second: String, _ third: String, _ body: (AnyObject) -> Void) -> Bool {
        first.withBytes { first in
            second.withBytes { second in
                third.withBytes { third in
                    visit(
                        hash(first, second, third),
                        { $0.has(first, at: 0) && $0.has(second, at: 1) && $0.has(third, at: 2) }, body)
                }
            }
        }
    }

    @inline(__always)
    private func hash(_ first: Bytes) -> UInt64 {
        var hash = LabelHash(seed: seed)
        hash.combine(first)
        return hash.value
    }

    @inline(__always)
    private func hash(_ first: Bytes, _ second: Bytes) -> UInt64 {
        var hash = LabelHash(seed: seed)
        hash.combine(first)
        hash.combine(second)
        return hash.value
    }

    @inline(__always)
    private func hash(_ first: Bytes, _ second: Bytes, _ third: Bytes) -> UInt64 {
        var hash = LabelHash(seed: seed)
        hash.combine(first)
        hash.combine(second)
        hash.combine(third)
        return hash.value
    }
}
