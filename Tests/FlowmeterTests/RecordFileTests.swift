import Foundation
import Runtime
import Testing

@testable import flowmeter

@Suite struct RecordFileTests {
    private func read(_ text: String) throws -> [String: RecordResource] {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var configuration = Configuration()
        configuration.recordsFile = path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return try configuration.recordResources(environment: ["TOKEN": "Bearer hidden", "BAD": "hidden\nX: y"])
    }

    @Test func resourcesAreRead() throws {
        let resources = try read(
            """
            entities:
              customer: {url: "https://crm.example/customers", headers: {Authorization: env:TOKEN, X-Shop: "1"}, update: PUT}
              order: {url: "https://shop.example/orders"}
            """)
        #expect(resources["customer"]?.headers == ["Authorization": "Bearer hidden", "X-Shop": "1"])
        #expect(resources["customer"]?.update == .put && resources["order"]?.update == .patch)
        #expect(try Configuration().recordResources(environment: [:]).isEmpty)
    }

    @Test(arguments: [
        ("entity: {}", ":1:1: unknown key \"entity\"; allowed are entities"),
        (
            "entities: {a: {}}",
            ":1:12: the entity \"a\" has no url; write the address of its collection, such as https://crm.example.com/customers"
        ),
        (
            "entities: {a: {url: crm.example}}",
            ":1:21: the URL does not begin with http:// or https://; write a URL such as https://example.com/path"
        ),
        (
            "entities: {a: {url: \"https://crm.example/?a=b\"}}",
            ":1:21: the url has more than a path; leave out the query; a record's id is added to it"
        ),
        (
            "entities: {a: {url: \"https://crm.example/\", update: PTCH}}",
            ":1:53: this is no method to update by; allowed are PATCH, PUT"
        ),
        (
            "entities: {a: {url: \"https://crm.example/\", headers: {A: env:NONE}}}",
            ":1:58: the variable \"NONE\" is not set; set it to the secret, or remove the entry"
        ),
        (
            "entities: {a: {url: \"https://crm.example/\", headers: {A: env:BAD}}}",
            ":1:55: this header cannot be sent; use letters, digits and hyphens for the name, and one line of ASCII for the value"
        ),
        (
            "entities: {a.b: {url: \"https://crm.example/\"}}",
            ":1:12: \"a.b\" cannot name an entity; expected a letter or _, then letters, digits, _ and -, at most 64 in all"
        ),
    ])
    func whatIsWrongIsTold(_ text: String, _ expected: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try read(text) }
        let problems = error?.problems.map(\.description) ?? []
        #expect(problems.count == 1 && problems.first?.hasSuffix(expected) == true, "\(problems)")
        #expect(!problems.joined().contains("hidden"))
    }
}
