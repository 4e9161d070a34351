import Foundation
import Instruments
import Testing

#if os(Linux)
    @Suite struct ProcessMetricsTests {
        let registry = Registry()

        init() throws { try ProcessMetrics.register(in: registry) }

        /// A callback whose thread does not run until its deadline is left out of a scrape, and asked again.
        func value(_ name: String, _ labels: String...) throws -> Double {
            var value: Double?
            _ = eventually {
                let series = registry.snapshot().first { $0.name == name }?.series
                value = series?.first { $0.labels.map(\.value) == labels }?.value
                return value != nil
            }
            return try #require(value, "\(name)")
        }

        @Test func memoryIsPlausible() throws {
            let resident = try value("process_resident_memory_bytes")
            #expect(resident > 1_000_000)
            #expect(resident < 64_000_000_000)
            let virtual = try value("process_virtual_memory_bytes")
            #expect(virtual >= resident)
            #expect(try value("process_virtual_memory_max_bytes") >= virtual)
        }

        @Test func theHeapHoldsWhatIsAllocated() throws {
            let size = 256 << 20
            // Other tests allocate and free meanwhile; seldom anything near that, and not each time.
            let holds = try eventually {
                let before = try value("process_heap_used_bytes")
                let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
                defer { block.deallocate() }
                let with = try value("process_heap_used_bytes")
                let all = try value("process_heap_bytes")
                #expect(all >= Double(size))
                return with - before > Double(size / 2)
            }
            #expect(holds, "it never grew by what was allocated")
        }

        @Test func threadsAreCounted() throws {
            #expect(try value("process_threads") >= 1)
            #expect(try value("process_threads") < 10_000)
        }

        @Test func freshPagesFault() throws {
            let before = try value("process_page_faults_total", "minor")
            // More than the allocator ever takes from what it has: these pages are new.
            let pages = 16_384
            let block = UnsafeMutableRawPointer.allocate(byteCount: pages * 4096, alignment: 4096)
            for page in 0..<pages { block.storeBytes(of: 1, toByteOffset: page * 4096, as: UInt8.self) }
            block.deallocate()
            #expect(try value("process_page_faults_total", "minor") > before)
            #expect(try value("process_page_faults_total", "major") >= 0)
        }

        @Test func waitingIsAVoluntarySwitch() async throws {
            let before = try value("process_context_switches_total", "voluntary")
            try await Task.sleep(for: .milliseconds(1))
            #expect(try value("process_context_switches_total", "voluntary") > before)
            #expect(try value("process_context_switches_total", "involuntary") >= 0)
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
