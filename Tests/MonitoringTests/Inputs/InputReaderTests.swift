import DocumentSupport
import Documents
import Testing

@testable import Monitoring

@Suite struct InputReaderTests {
    @Test("What is read from a file", arguments: Fixtures.names)
    func golden(name: String) throws {
        let text = Outline(InputReader.read(try Fixtures.file(name))).text
        #expect(try Fixtures.matchesGolden(text, "\(name).txt"), "\(text)")
    }

    @Test("Every query, and each part of it, is found where it stands in the file", arguments: Fixtures.names)
    func places(name: String) throws {
        for query in InputReader.read(try Fixtures.file(name)).inputs.flatMap(\.queries) {
            for word in query.text.value.split(whereSeparator: { !$0.isLetter && $0 != "_" }) {
                #expect(query.text.written(String(word)) == String(word))
            }
        }
    }

    @Test(
        "A file is what its content says",
        arguments: [
            ("a.yml", "kind: Deployment\napiVersion: v1\n", "-"), ("a.yaml", "", "-"), ("a.json", "[1]", "-"),
            ("a", "groups: []", "rules"), ("a.yaml", #"{"groups": []}"#, "rules"),
            ("a.json", "{\"groups\": null}", "rules"),
            ("a", "{\"title\": \"x\", \"panels\": []}", "dashboard"), ("a.yml", "title: x\nrows: []\n", "dashboard"),
            ("a", "route: {receiver: x}\nreceivers: [{name: x}]", "routes"), ("route.yml", "route: {path: /}\n", "-"),
            ("a.promql", "groups", "queries"), ("a.jsonnet", "{}", "jsonnet"), ("a", "local x = 1; {}", "jsonnet"),
            ("a.json", "{ a+:: 1 }", "jsonnet"), ("a.yaml", "a: {{ .Values.a }}\n", "helm-template"),
            ("a.yaml", "{{- define \"x\" }}\na: b\n", "helm-template"), ("a.yaml", "a: [\n", "syntax"),
            ("a.yaml", "groups: []\n---\ngroups: []\n", "several-documents rules rules"),
            ("a.json", "{\"a\": 1, \"a\": 2}", "repeated-key"), ("a.yaml", "a: \u{1}", "syntax"),
            ("a.yaml", "kind: PrometheusRule\napiVersion: v1\n", "missing-field"),
        ])
    func detection(name: String, text: String, expected: String) {
        let reading = InputReader.read(SourceFile(text, path: name))
        let inputs = reading.inputs.map { input in
            switch input {
            case .rules: "rules"
            case .dashboard: "dashboard"
            case .routes: "routes"
            case .queries: "queries"
            }
        }
        let found = reading.problems.map(\.code) + inputs
        #expect((found.isEmpty ? "-" : found.joined(separator: " ")) == expected, "\(reading.problems)")
    }

    @Test("Lists of lists and texts within texts come to an end")
    func nesting() {
        var yaml = "kind: List\napiVersion: v1\nitems: []\n"
        for _ in 0..<40 {
            let inner = yaml.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
            yaml = "kind: ConfigMap\napiVersion: v1\ndata:\n  a.yaml: |\n\(inner)\n"
        }
        #expect(InputReader.read(SourceFile(yaml)).problems.isEmpty)
    }
}
