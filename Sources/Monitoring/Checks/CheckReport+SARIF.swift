extension CheckReport {
    /// A log of SARIF 2.1.0 (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).
    public struct SARIF: Sendable, Encodable {
        struct Run: Sendable, Encodable {
            let tool: Tool
            let results: [Result]
            let columnKind = "unicodeCodePoints"
        }
        struct Tool: Sendable, Encodable {
            struct Driver: Sendable, Encodable {
                let name = "flowmeter"
                let rules: [Rule]
            }
            struct Rule: Sendable, Encodable {
                let id: String
                let shortDescription: Message?
                let help: Message?
            }
            let driver: Driver
        }
        struct Result: Sendable, Encodable {
            let ruleId: String
            let level: String
            let message: Message
            let locations: [Location]
        }
        struct Message: Sendable, Encodable {
            let text: String
        }
        struct Location: Sendable, Encodable {
            struct Physical: Sendable, Encodable {
                let artifactLocation: Artifact
                let region: Region
            }
            struct Artifact: Sendable, Encodable {
                let uri: String
            }
            struct Region: Sendable, Encodable {
                let startLine, startColumn, endLine, endColumn: Int
            }
            let physicalLocation: Physical
        }

        let version = "2.1.0"
        let schema = "https://json.schemastore.org/sarif-2.1.0.json"
        let runs: [Run]

        private enum CodingKeys: String, CodingKey {
            case version, runs
            case schema = "$schema"
        }
    }

    public var sarif: SARIF {
        let rules = Set(problems.map(\.check)).sorted().map { name in
            SARIF.Tool.Rule(
                id: name, shortDescription: Checker.summaries[name].map(SARIF.Message.init),
                help: problems.first { $0.check == name }?.page.map { .init(text: "see \($0)") })
        }
        return SARIF(runs: [
            .init(tool: .init(driver: .init(rules: rules)), results: entries.map(SARIF.Result.init))
        ])
    }
}

extension CheckReport.SARIF.Result {
    fileprivate init(_ entry: CheckReport.Entry) {
        ruleId = entry.check
        level = entry.severity == Problem.Severity.information.rawValue ? "note" : entry.severity
        message = .init(text: "\(entry.message); \(entry.remedy)")
        locations = [
            .init(
                physicalLocation: .init(
                    artifactLocation: .init(uri: entry.file),
                    region: .init(
                        startLine: entry.line, startColumn: entry.column, endLine: entry.endLine,
                        endColumn: max(entry.endColumn, entry.column + 1))))
        ]
    }
}
