import HTTPTypes
import HummingbirdTesting
import MemoryJournal
import Runtime
import Testing
import Workflow

@testable import Server

@Suite(.timeLimit(.minutes(30))) struct KeyTests {
    @Test func keysHaveFormAndChecksum() throws {
        let key = APIKey.generate()
        #expect(key.text.hasPrefix("fm_") && key.text.utf8.count == 36)
        #expect(try #require(APIKey(parsing: key.text)) == key)
        #expect(key.digest.count == 32)
        #expect(key.id.count == 16)
        #expect(APIKey.generate() != key)
        // "123456789" is the customary check of the CRC.
        #expect(CRC32.checksum(of: "123456789".utf8) == 0xCBF4_3926)
    }

    @Test func everyWrongLetterIsSeen() {
        let bytes = Array(APIKey.generate().text.utf8)
        for position in bytes.indices {
            var wrong = bytes
            wrong[position] = wrong[position] == 0x41 ? 0x42 : 0x41
            #expect(!APIKey.isWellFormed(wrong))
        }
        #expect(!APIKey.isWellFormed(Array(bytes.dropLast())))
        #expect(!APIKey.isWellFormed(bytes + [0x30]))
    }

    @Test func keysDoNotShowThemselves() {
        let key = APIKey.generate()
        for text in ["\(key)", String(describing: key), String(reflecting: key), "\([key])"] {
            #expect(!text.contains(key.text.dropFirst(3).prefix(6)))
        }
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!dumped.contains(key.text))
    }

    @Test func lifeOfAKey() async throws {
        let server = try await TestServer()
        try await server.run { client in
            let created = try await client.send(
                .post, "/api/v1/keys", json: #"{"name": "ci", "permissions": ["events:write", "events:write"]}"#)
            #expect(created.status == 201)
            #expect(created.headers[.cacheControl] == "no-store")
            let text = try #require(created.json["key"]?.string)
            let id = try #require(created.json["id"]?.string)
            #expect(created.json["permissions"] == ["events:write"])
            let user = client.with(key: text)
            #expect(try await user.send(.post, "/api/v1/events", json: #"{"event": "a"}"#).status == 202)
            #expect(try await user.send(.get, "/api/v1/keys").status == 403)
            let list = try await client.send(.get, "/api/v1/keys")
            #expect(list.json["items"]?.array?.count == 2)
            #expect(!list.text.contains(text) && !list.text.contains("digest"))
            #expect(try await client.send(.delete, "/api/v1/keys/\(id)").status == 204)
            #expect(try await client.send(.delete, "/api/v1/keys/\(id)").status == 204)
            #expect(try await user.send(.post, "/api/v1/events", json: #"{"event": "a"}"#).status == 401)
            #expect(try await client.send(.delete, "/api/v1/keys/0000000000000000").status == 404)
        }
        // Another process finds them in the journal as they are.
        let again = try await KeyStore(journal: server.engine.journal)
        #expect(again.records().count == 2)
        #expect(again.records().filter { $0.revokedAt != nil }.count == 1)
        #expect(again.caller(presenting: Array(server.admin.utf8))?.permissions.isAdmin == true)
    }

    @Test func whoHandsKeysOutCannotVoteForOthers() async throws {
        let server = try await TestServer()
        try await server.run { client in
            func make(_ name: String, _ permissions: String, by client: Client) async throws -> Answer {
                try await client.send(
                    .post, "/api/v1/keys", json: #"{"name": "\#(name)", "permissions": [\#(permissions)]}"#)
            }
            let alice = try await make("alice", #""keys:write", "approvals:write""#, by: client)
            let user = client.with(key: try #require(alice.json["key"]?.string))
            #expect(try await make("bob", #""approvals:write""#, by: user).code == "beyond_permissions")
            #expect(try await make("bob", #""keys:write""#, by: user).status == 201)
            #expect(try await make("alice", #""approvals:write""#, by: user).status == 201)
        }
    }

    @Test func theLastAdminKeyStays() async throws {
        let server = try await TestServer()
        try await server.run { client in
            let id = try #require(APIKey(parsing: server.admin)?.id)
            let refused = try await client.send(.delete, "/api/v1/keys/\(id)")
            #expect(refused.status == 409 && refused.code == "last_admin_key")
            _ = try await server.key(.admin)
            #expect(try await client.send(.delete, "/api/v1/keys/\(id)").status == 204)
            #expect(try await client.send(.get, "/api/v1/keys").status == 401)
        }
    }

    @Test func nobodyHandsOutMoreThanTheyHave() async throws {
        let server = try await TestServer()
        try await server.run { client in
            let clerk = client.with(key: try await server.key(.keysWrite, .eventsWrite))
            let admin = try await clerk.send(.post, "/api/v1/keys", json: #"{"name": "x", "permissions": ["admin"]}"#)
            #expect(admin.status == 403 && admin.code == "beyond_permissions")
            #expect(try await clerk.send(.post, "/api/v1/keys", json: #"{"name": "x"}"#).status == 403)
            let equal = try await clerk.send(
                .post, "/api/v1/keys", json: #"{"name": "x", "permissions": ["keys:write", "events:write"]}"#)
            #expect(equal.status == 201)
            let id = try #require(APIKey(parsing: server.admin)?.id)
            let revocation = try await clerk.send(.delete, "/api/v1/keys/\(id)")
            #expect(revocation.status == 403)
            let director = try await client.send(
                .post, "/api/v1/keys", json: #"{"name": "y", "permissions": ["events:write", "role:director"]}"#)
            let other = try #require(director.json["id"]?.string)
            #expect(try await clerk.send(.delete, "/api/v1/keys/\(other)").status == 403)
        }
    }

    @Test func anAdminKeyIsMadeOnce() async throws {
        let journal = MemoryJournal()
        let store = try await KeyStore(journal: journal)
        let key = try #require(try await store.ensureAdminKey())
        #expect(try await store.ensureAdminKey() == nil)
        let again = try await KeyStore(journal: journal)
        #expect(try await again.ensureAdminKey() == nil)
        #expect(again.caller(presenting: Array(key.text.utf8)) != nil)
    }

    @Test(arguments: [APIKey.generate().text, "an-opaque-secret-of-mine"])
    func presetKeysOpenTheAPI(preset: String) async throws {
        let journal = MemoryJournal()
        let store = try await KeyStore(journal: journal)
        #expect(store.caller(presenting: Array(preset.utf8)) == nil)
        #expect(try await store.ensureAdminKey(preset: preset) == nil)
        #expect(try await store.ensureAdminKey(preset: preset) == nil)
        #expect(try await store.ensureAdminKey() == nil)
        let again = try await KeyStore(journal: journal)
        #expect(again.caller(presenting: Array(preset.utf8))?.permissions.isAdmin == true)
        #expect(again.caller(presenting: Array((preset + "x").utf8)) == nil)
        #expect(again.records().count == 1)
    }

    @Test(arguments: [
        "", "short", "fm_" + String(repeating: "a", count: 33), "twenty letters with spaces", "ééééééééééééééééééééé",
    ])
    func unusablePresetsAreRefused(preset: String) async throws {
        let store = try await KeyStore(journal: MemoryJournal())
        await #expect(throws: PresetKeyError.self) { try await store.ensureAdminKey(preset: preset) }
    }
}
