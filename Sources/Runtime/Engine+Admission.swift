import Crypto
import Workflow

extension Engine {
    /// The place that an execution needs by its definition's `concurrency`; nil when any number may run at a time.
    func admission(of execution: Execution, by concurrency: Concurrency?) -> Admission? {
        guard let concurrency else { return nil }
        return Admission(
            slot: Self.slot(of: execution.program.definition.id, key: execution.key(for: concurrency)),
            limit: concurrency.limit, excess: concurrency.excess)
    }

    /// Keys longer than this are told apart by their digests.
    private static let longestKey = 256

    /// Names a workflow and a key in at most 512 bytes.
    static func slot(of workflow: String, key: String) -> String {
        if key.isEmpty { return "limit/\(workflow)" }
        guard key.utf8.count > longestKey else { return "limit/\(workflow)/=\(key)" }
        let digest = SHA256.hash(data: Array(key.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }
        return "limit/\(workflow)/#\(digest.joined())"
    }
}
