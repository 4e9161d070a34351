import Foundation
import Instruments
import Testing

#if os(Linux)
    @Suite struct ProcessMetricsTests {
        let registry = Registry()

        init() throws { try ProcessMetrics.register(in: registry) }

        func value(_ name: String) throws -> Double {
            let family = registry.snapshot().first { $0.name == name }
            return try #require(family?.series()?.value, "\(name)")
        }

        @Test func memoryIsPlausible() throws {
            let resident = try value("process_resident_memory_bytes")
            #expect(resident > 1_000_000)
            #expect(resident < 64_000_000_000)
            #expect(try value("process_virtual_memory_bytes") >= resident)
        }

        @Test func theProcessStartedNotLongAgo() throws {
            let age = Date().timeIntervalSince1970 - (try value("process_start_time_seconds"))
            #expect(age > -2)
            #expect(age < 24 * 3600)
        }

        @Test func cpuTimeGrows() throws {
            let before = try value("process_cpu_seconds_total")
            var rounds: UInt64 = 0
            while try value("process_cpu_seconds_total") <= before { rounds += 1 }
            #expect(rounds < .max)
        }

        @Test func openFilesAreWithinTheLimit() throws {
            let files = try (0..<50).map { _ in try #require(FileHandle(forReadingAtPath: "/proc/self/stat")) }
            let open = try value("process_open_fds")
            #expect(open >= Double(files.count + 3))
            #expect(open <= (try value("process_max_fds")))
            for file in files { try file.close() }
        }

        @Test func registersOnce() {
            #expect(throws: RegistrationError.self) { try ProcessMetrics.register(in: registry) }
        }
    }
#endif
