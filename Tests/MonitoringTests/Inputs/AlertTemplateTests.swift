import DocumentSupport
import Documents
import Testing

@testable import Monitoring

@Suite struct AlertTemplateTests {
    private func template(_ text: String) throws -> AlertTemplate {
        let file = SourceFile("k: |-\n  " + text.split(separator: "\n").joined(separator: "\n  ") + "\n")
        return AlertTemplate(try #require(try Document(yaml: file).roots.first?["k"]?.text))
    }

    @Test(
        "The labels that a template refers to, and whose they are",
        arguments: [
            ("{{ $labels.job }} {{.Labels.env}}", "alert job, alert env"), ("plain { text }}", ""),
            (#"{{ index $labels "a" }}{{ index .Labels "b" }}{{ index $.Labels "c" }}"#, "alert a, alert b, alert c"),
            ("{{- $externalLabels.cluster -}} {{ .ExternalLabels.zone }}", "external cluster, external zone"),
            (
                #"{{ range query "up" }}{{ .Labels.a }}{{ $labels.b }}{{ $.Labels.c }}{{ end }}{{ .Labels.d }}"#,
                "query(0) a, alert b, alert c, alert d"
            ),
            (#"{{ with query "up" | first }}{{ .Labels.a }}{{ else }}{{ .Labels.b }}{{ end }}"#, "query(0) a, alert b"),
            (#"{{ query "up" | first | label "a" }} {{ query "x" | sortByLabel "b" }}"#, "query(0) a, query(1) b"),
            (#"{{ range $i, $s := query "up" }}{{ $s.Labels.a }}{{ end }}"#, "query(0) a"),
            (
                "{{ if $labels.a }}{{ .Labels.b }}{{ else if eq .Labels.c `x` }}{{ .Labels.d }}{{ end }}",
                "alert a, alert b, alert c, alert d"
            ),
            ("{{ $l := $labels }}{{ $l.a }} {{ with $labels }}{{ .b }}{{ end }}", "alert a, alert b"),
            ("{{ range $k, $v := $labels }}{{ $k }}={{ $v }}{{ end }}", ""),
            ("{{/* $labels.no */}}{{ $labels.a | toUpper | printf `%s` }}", "alert a"),
            (#"{{ (query "up" | first).Labels.a }}"#, "query(0) a"),
            ("{{ .Labels.a | reReplaceAll `x` `y` }}", "alert a"),
            (
                #"{{ range query "up" }}{{ range query "x" }}{{ .Labels.a }}{{ end }}{{ .Labels.b }}{{ end }}"#,
                "query(1) a, query(0) b"
            ),
        ])
    func references(text: String, expected: String) throws {
        let template = try template(text)
        #expect(template.references.map { "\($0.source) \($0.name)" }.joined(separator: ", ") == expected)
        #expect(template.problems.isEmpty, "\(template.problems)")
        for reference in template.references {
            #expect(template.text.place(of: reference.range).text == reference.name)
        }
    }

    @Test("The queries of a template, decoded, with their places")
    func queries() throws {
        let template = try template(
            #"{{ query "a{b=\"c\"}" }}{{ query `d` | first }}{{ printf "e{f='%s'}" $labels.f | query }}{{ query $x }}"#)
        #expect(template.queries.map(\.text.value) == [#"a{b="c"}"#, "d", "e{f='%s'}"])
        #expect(template.queries.map(\.isFormat) == [false, false, true])
        #expect(template.queries.first?.text.written(#""c""#) == #"\"c\""#)
        let file = try #require(template.queries.first?.text.file)
        let edit = TextEdit(try #require(template.queries.first?.text), 3..<4, "\"")
        #expect(String(decoding: try file.replacing([edit]), as: UTF8.self).contains(#"query "a{b\"\"c\"}""#))
    }

    /// The verdicts are those of `promtool check rules`.
    @Test(
        "What Prometheus cannot parse is reported where it stands",
        arguments: [
            ("{{ $labels.x ", "{{"), ("{{ $foo }}", "$foo"), ("{{ foo }}", "foo"),
            ("{{ if $value }}x", "{{ if $value }}"),
            ("{{ end }}", "{{ end }}"), ("{{ }}", "{{ }}"), ("{{ \"a }}", "\""), ("{{ ($value }}", "{{ ($value "),
            ("{{ $labels.a-b }}", "-"), ("{{ $value * 100 }}", "*"), ("{{ /* c }}", "/"), ("{{/* c }}", "{{"),
            ("{{ $labels..x }}", "."), ("{{ $labels[\"x\"] }}", "["), ("{{ break }}", "{{ break }}"),
            ("{{ - $value }}", "-"), ("{{-$value}}", "-"), ("{{$value-}}", "-"), ("{{ if }}a{{ end }}", "{{ if }}"),
            ("{{ end x }}", "x"), ("{{ $value | 5 }}", "5"), ("{{ () }}", "()"), ("{{ else }}", "{{ else }}"),
            ("{{ $labels.x | tolowwer }}", "tolowwer"), ("{{ include `x` . }}", "include"), ("{{ é }", "}"),
            ("{{", "{{"),
            ("{{ 'a", "'"), ("{{ )", ")"), ("{{ \"\\", "\""),
        ])
    func problems(text: String, place: String) throws {
        let template = try template(text)
        #expect(template.problems.contains { $0.place.text == place }, "\(template.problems.map(\.place.text))")
    }

    @Test(
        "What Prometheus parses is not reported",
        arguments: [
            "{{- /* c */ -}} {{ $value | humanize }}", "{{ $value | printf \"%.2f\" }} }} {",
            "{{ 'a' }}{{ 1e+5 }}{{ -1 }}",
            "{{ .Labels.x }}{{ externalURL }}{{ $externalURL }}{{ $ }}{{ . }}", "{{$labels.job}}{{printf `%s` .}}",
            "{{ if true }}a{{ else if false }}b{{ else }}c{{ end }}", "{{$x:=1}}{{$x = 2}}{{ $x }}",
            "{{ 0x1F }}{{$value -}}",
            "{{ define \"x\" }}a{{ end }}{{ template \"x\" . }}", "{{ range query `up` }}{{break}}{{ end }}",
            "{{ $value | }}",
            "{{ range query \"up\" -}}\n{{ .Value }}\n{{- end }}", "{{ .Values.x }}", "{{ label \"x\" . }}",
        ])
    func accepted(text: String) throws { #expect(try template(text).problems.isEmpty) }
}
