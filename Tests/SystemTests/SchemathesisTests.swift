import Foundation
import ProgramUnderTest
import Testing

/// Schemathesis reads the OpenAPI document and tries what it allows, and what it does not, on a running server.
@Suite(.serialized) struct SchemathesisTests {
    @Test(.timeLimit(.minutes(30))) func theServerIsAsDocumented() async throws {
        let server = try RunningServer()
        let client = APIClient(address: server.address, key: server.key)
        try await client.deploy(FamiliesTests.decision)
        #expect(await client.send(event: "order.placed", data: "{}", wait: "?wait=5s"))
        let document = BuiltProgram.packageRoot.appendingPathComponent("Sources/Server/OpenAPI/openapi.yaml").path
        let settings = """
            [checks.positive_data_acceptance]
            # A random text is a valid request for a deployment, but no valid definition.
            expected-statuses = ["2xx", "401", "403", "404", "409", "422", "429", "5xx"]

            [[operations]]
            # An event that is none gets a problem in its place; the others of its batch are taken in.
            include-operation-id = "sendEvents"
            checks.negative_data_rejection.enabled = false
            """
        let directory = try TemporaryDirectory()
        try settings.write(toFile: directory.path + "/schemathesis.toml", atomically: true, encoding: .utf8)
        let outcome = try BuiltProgram.run(
            try Prometheus.tool("schemathesis"),
            [
                "--config-file", directory.path + "/schemathesis.toml", "run", document, "--url", server.address,
                "--header", "Authorization: Bearer \(server.key)", "--max-examples", "25", "--seed", "20261121",
                "--exclude-operation-id", "revokeKey",
                // Streams do not end.
                "--exclude-operation-id", "watchExecutions", "--exclude-operation-id", "watchExecution",
                "--phases", "examples,coverage,fuzzing", "--no-color",
            ])
        #expect(outcome.status == 0, "\(outcome.output.suffix(4_000))\(outcome.errors.suffix(1_000))")
    }
}
