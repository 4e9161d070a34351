import Testing

@testable import Runtime
@testable import Workflow

/// What a message looks like on its way.
@Suite struct MailMessageTests {
    private static func message(subject: String = "S", text: String = "T") throws -> String {
        let sender = try #require(MailSender(parsing: "Flowmeter <flow@meter.example>"))
        let message = MailMessage(
            sender: sender, recipients: ["a@b.example", "c@d.example"], subject: subject, text: text, id: "1.2\r\n-a",
            date: try #require(Timestamp("2026-03-01T12:00:00.5Z")))
        return String(decoding: message.bytes, as: UTF8.self)
    }

    @Test func plainTextStaysReadable() throws {
        #expect(
            try Self.message(text: "line 1\nline 2")
                == """
                Date: 1 Mar 2026 12:00:00 +0000
                From: "Flowmeter" <flow@meter.example>
                To: a@b.example,
                 c@d.example
                Subject: S
                Message-ID: <1_2__-a@meter.example>
                MIME-Version: 1.0
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: 7bit
                Auto-Submitted: auto-generated

                line 1
                line 2

                """.replacing("\n", with: "\r\n"))
    }

    @Test(
        arguments: [
            "a\r\nBcc: x@y.z", "a\nBcc: x@y.z", "a\rBcc: x@y.z", "ü\r\nBcc: x@y.z", "a\u{2028}b", "=?UTF-8?Q?a=0D=0A?=",
            String(repeating: "ü", count: 200), String(repeating: "👩‍👩‍👧", count: 40), "\u{0}\u{7F}", "",
        ])
    func noSubjectEndsItsHeader(subject: String) throws {
        let lines = try Self.message(subject: subject).split(separator: "\r\n", omittingEmptySubsequences: false)
        let head = lines.prefix { !$0.isEmpty }
        let names = head.filter { !$0.hasPrefix(" ") }.map { $0.prefix { $0 != ":" } }
        #expect(
            names == [
                "Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Content-Type",
                "Content-Transfer-Encoding", "Auto-Submitted",
            ])
        #expect(head.allSatisfy { $0.utf8.count <= 998 && $0.utf8.allSatisfy { 0x20...0x7E ~= $0 } })
        #expect(head.allSatisfy { !$0.contains("=?UTF-8?B?") || $0.utf8.count <= 84 })
        #expect(!head.contains { $0.contains("=?UTF-8?Q?") })
    }

    @Test(arguments: ["ü", String(repeating: "x", count: 2_000), "a\u{0}", "a\rb\u{85}", "\u{1F6D2}"])
    func otherTextsAreEncodedInShortLines(text: String) throws {
        let parts = try Self.message(text: text).split(separator: "\r\n\r\n", maxSplits: 1)
        #expect(parts[0].contains("Content-Transfer-Encoding: base64"))
        let lines = parts[1].split(separator: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 76 })
        let decoded = try #require(Base64.decode(lines.joined()))
        #expect(String(decoding: decoded, as: UTF8.self) == text.replacing("\r", with: "\r\n") + "\r\n")
    }

    @Test(
        arguments: [
            ("a@b.example", "a@b.example", nil), ("Flow <a@b.example>", "a@b.example", "Flow"),
            ("<a@b.example>", "a@b.example", nil), ("Flöw, \"M\"  <a@b>", "a@b", "Flöw, \"M\""),
        ] as [(String, String, String?)])
    func senders(text: String, address: String, name: String?) {
        let sender = MailSender(parsing: text)
        #expect(sender?.address == address && sender?.name == name)
    }

    @Test(arguments: ["", "a", "a@b>", "Flow <a>", "Flow\r\nBcc: x <a@b>", "a@b, c@d", "Flow <a@b> x"])
    func noSenders(text: String) {
        #expect(MailSender(parsing: text) == nil)
    }
}
