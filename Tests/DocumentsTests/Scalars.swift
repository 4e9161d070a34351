@testable import Documents

/// What the tests of documents need.
extension Document {
    /// Every scalar, keys included, with what it is, in the order of the tree.
    var scalars: [(text: SourceText, kind: ScalarKind?)] {
        var found: [(text: SourceText, kind: ScalarKind?)] = []
        for root in roots { root.collect(into: &found) }
        return found
    }
}

extension DocumentNode {
    fileprivate func collect(into found: inout [(text: SourceText, kind: ScalarKind?)]) {
        switch content {
        case .scalar(let text, let kind): found.append((text, kind))
        case .sequence(let elements): for element in elements { element.collect(into: &found) }
        case .mapping(let members):
            for member in members {
                found.append((member.key, nil))
                member.value.collect(into: &found)
            }
        }
    }
}

extension SourceText {
    /// What is wrong with the map of this text: nil when every byte of the value has its place.
    var mapFault: String? {
        let scan = TextScan.scan(layer.bytes[scalar], style: style, expected: whole)
        guard scan.value == whole else { return "decoded as \(scan.value.debugDescription)" }
        var value = 0
        var source = scalar.lowerBound
        for span in scan.spans {
            guard span.value.lowerBound == value, !span.value.isEmpty else { return "a gap at \(value)" }
            guard span.source.lowerBound >= source else { return "backwards at \(value)" }
            if span.isVerbatim {
                let bytes = Array(scan.decoded[span.value])
                guard bytes == Array(layer.bytes[span.source]) else { return "other bytes at \(value)" }
            }
            value = span.value.upperBound
            source = span.source.upperBound
        }
        guard source <= scalar.upperBound else { return "beyond the scalar" }
        return value == whole.utf8.count ? nil : "\(value) of \(whole.utf8.count) bytes mapped"
    }
}
