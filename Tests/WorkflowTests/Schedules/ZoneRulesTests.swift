import Foundation
import TestSupport
import Testing

@testable import Workflow

@Suite("Time zones")
struct ZoneRulesTests {
    @Test("The table has the offsets that Foundation has, at any time", arguments: 0..<8 as Range<UInt64>)
    func offsets(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let names = TimeZone.knownTimeZoneIdentifiers.filter { $0.contains("/") }
        for _ in 0..<12 {
            let name = try #require(names.randomElement(using: &random))
            let zone = try #require(TimeZone(identifier: name))
            let rules = try ZoneRules(named: name)
            for _ in 0..<300 {
                let second = Int64.random(in: 0..<ZoneRules.Calendar.end, using: &random)
                let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
                #expect(rules.periods[rules.period(at: second)].offset == Int64(offset), "\(name) at \(second)")
            }
        }
    }

    @Test(
        "Names of the database are zones",
        arguments: [
            "UTC", "Europe/Berlin", "Asia/Kathmandu", "Etc/UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+5",
        ])
    func known(name: String) throws {
        #expect(try ZoneRules(named: name).description == name)
    }

    @Test(
        "Other names are refused, with the one that was meant",
        arguments: [
            ("Europe/Berln", "Europe/Berlin"), ("europe/berlin", "Europe/Berlin"), ("Berlin", "Europe/Berlin"),
            ("utc", "UTC"), ("America/NewYork", "America/New_York"), ("", nil), ("GMT+2", nil), ("UTC+3", nil),
            ("+02:00", nil), ("PST", nil), ("Mars/Olympus_Mons", nil), (String(repeating: "x/", count: 5000), nil),
            ("Europe/Berlin ", "Europe/Berlin"),
        ] as [(String, String?)])
    func unknown(name: String, nearest: String?) {
        let error = #expect(throws: ZoneError.self) { try ZoneRules(named: name) }
        #expect(error?.nearest == nearest)
        #expect(error?.description.contains(nearest ?? "IANA") == true)
    }
}
