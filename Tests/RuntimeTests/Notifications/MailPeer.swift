import Foundation
import TestSupport
import Testing
import Workflow

@testable import Runtime

/// aiosmtpd on a free port, with a certificate for `localhost` that it has signed itself.
final class MailPeer {
    enum Security: String {
        case plain, starttls, tls
    }

    let port: Int
    private let directory: String
    private let process: Process

    var certificate: String { directory + "/cert.pem" }

    private init(_ security: Security, asks: Bool) throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try Self.makeCertificate(in: directory)
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let script = #filePath.replacing("RuntimeTests/Notifications/MailPeer.swift", with: "Fixtures/smtp/server.py")
        process.arguments = ["python3", script, directory, security.rawValue] + (asks ? ["auth"] : [])
        let output = Pipe()
        process.standardOutput = output
        // It warns of its own past.
        process.standardError = FileHandle.nullDevice
        try process.start()
        var line = Data()
        while !line.contains(0x0A) {
            let part = output.fileHandleForReading.availableData
            if part.isEmpty { break }
            line += part
        }
        let text = String(decoding: line.prefix { $0 != 0x0A }, as: UTF8.self)
        port = try #require(Int(text), "python3 has no aiosmtpd: python3 -m pip install aiosmtpd")
    }

    /// Runs one for as long as the body runs.
    static func run(
        _ security: Security = .starttls, asks: Bool = false, _ body: (MailPeer) async throws -> Void
    ) async throws {
        let peer = try MailPeer(security, asks: asks)
        let result: Result<Void, any Error>
        do { result = .success(try await body(peer)) } catch { result = .failure(error) }
        kill(peer.process.processIdentifier, SIGKILL)
        peer.process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: peer.directory)
        try result.get()
    }

    private static func makeCertificate(in directory: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "1",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", directory + "/key.pem",
            "-out",
            directory + "/cert.pem",
        ]
        process.standardError = FileHandle.nullDevice
        try process.start()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "openssl made no certificate")
    }

    /// What it has taken, in order.
    var messages: [JSONObject] {
        var all: [JSONObject] = []
        while let data = FileManager.default.contents(atPath: "\(directory)/\(all.count + 1).json"),
            let message = try? JSONValue(parsing: Array(data)).object
        {
            all.append(message)
        }
        return all
    }

    /// As a client knows it, with all the time that either of them may need.
    func server(_ change: (inout MailServer) -> Void = { _ in }) throws -> MailServer {
        let sender = try #require(MailSender(parsing: "Flöw \"M\" <flow@meter.example>"))
        var server = MailServer(host: "localhost", port: port, sender: sender)
        server.authorities = certificate
        (server.connectTimeout, server.timeout) = (.seconds(600), .seconds(600))
        change(&server)
        return server
    }
}
