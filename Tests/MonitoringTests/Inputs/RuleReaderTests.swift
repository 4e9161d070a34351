import DocumentSupport
import Documents
import Testing

@testable import Monitoring

@Suite struct RuleReaderTests {
    private func codes(_ rule: String) -> [String] {
        let file = SourceFile("groups:\n- name: g\n  rules:\n  - \(rule)\n")
        return InputReader.read(file).problems.map(\.code)
    }

    /// The verdicts are those of `promtool check rules`, but for a null expression, which it takes for a metric.
    @Test(
        "A rule is refused as promtool refuses it",
        arguments: [
            ("{alert: A, expr: up == 0, for: 5m, labels: {a: 1, b: true, c: null, d: 1.5}}", true),
            ("{record: 'a:b', expr: up, for: 0s, annotations: {}}", true), ("{record: a, expr: up, for: 0}", true),
            ("{record: '', alert: A, expr: 1}", true), ("{alert: A, expr: up, for: }", true),
            ("{alert: A, expr: up, annotations: {__name__: x}}", true), ("{alert: A, expr: up, for: 1h30m}", true),
            ("{record: a, expr: up, labels: {s: '{{ foo }}'}}", true), ("{record: a, alert: b, expr: up}", false),
            ("{expr: up}", false), ("{alert: A}", false), ("{alert: A, expr: ''}", false),
            ("{alert: A, expr: }", false),
            ("{record: a, expr: up, for: 5m}", false), ("{record: a, expr: up, annotations: {a: b}}", false),
            ("{record: a-b, expr: up}", false), ("{alert: A, expr: up, labels: {a-b: x}}", false),
            ("{alert: A, expr: up, labels: {__name__: x}}", false), ("{alert: A, expr: up, for: 5}", false),
            ("{alert: A, expr: up, for: 1.5h}", false), ("{alert: A, expr: up, for: 30m1h}", false),
            ("{alert: A, expr: up, for: ''}", false), ("{alert: A, expr: up, for: 300y}", false),
            ("{alert: A, expr: up, for: -5m}", false), ("{alert: A, expr: up, labells: {}}", false),
            ("{alert: A, expr: up, labels: {a: [1]}}", false), ("{alert: A, expr: up, labels: [a]}", false),
            ("{alert: A, alert: B, expr: up}", false), ("{alert: A, expr: [up]}", false), ("[a]", false), ("a", false),
        ])
    func verdicts(rule: String, isAccepted: Bool) {
        #expect(codes(rule).isEmpty == isAccepted, "\(codes(rule))")
    }

    @Test(
        "A duration is whole numbers with units, from the largest to the smallest",
        arguments: [
            ("0", 0), ("5m", 300_000), ("1h30m", 5_400_000), ("1y2w3d4h5m6s7ms", 33_019_506_007), ("1ms", 1),
            ("", nil), ("5", nil), ("m", nil), ("5m5m", nil), ("5s5m", nil), ("1.5h", nil), ("-5m", nil), ("5 m", nil),
            ("99999999999999999999s", nil), ("292y", 9_208_512_000_000), ("293y", nil), ("5µs", nil),
        ])
    func durations(text: String, milliseconds: Int?) {
        #expect(DurationText.milliseconds(text) == milliseconds)
    }
}
