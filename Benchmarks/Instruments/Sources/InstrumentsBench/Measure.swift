import Foundation

/// Runs a loop on so many threads at once; nanoseconds per turn and thread.
func nanoseconds(threads: Int, turns: Int, _ loop: @escaping @Sendable (_ thread: Int, _ turns: Int) -> Void) -> Double
{
    let clock = ContinuousClock()
    // Once to warm up, shortly.
    loop(0, turns / 20)
    let gate = DispatchSemaphore(value: 0)
    let ready = DispatchGroup()
    let done = DispatchGroup()
    for thread in 0..<threads {
        ready.enter()
        done.enter()
        Thread.detachNewThread {
            ready.leave()
            gate.wait()
            loop(thread, turns)
            done.leave()
        }
    }
    ready.wait()
    let before = allocations()
    let start = clock.now
    for _ in 0..<threads { gate.signal() }
    done.wait()
    let elapsed = seconds(clock.now - start)
    if let before, let after = allocations() {
        report("allocations in \(turns) turns", Double(after - before))
    }
    return elapsed * 1e9 / Double(turns)
}

/// How many times memory was allocated so far; nil unless `allocations.c` is preloaded.
func allocations() -> Int? {
    typealias Count = @convention(c) () -> Int
    guard let symbol = dlsym(nil, "counted_allocations") else { return nil }
    return unsafeBitCast(symbol, to: Count.self)()
}

/// The best of a few runs, in seconds: for work that is done once per scrape.
func best(of runs: Int, _ work: () -> Void) -> Double {
    let clock = ContinuousClock()
    return (0..<runs).map { _ in seconds(clock.measure(work)) }.min() ?? .nan
}

func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}

/// Resident bytes, as the kernel counts them.
func residentBytes() -> Int {
    let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
    return (fields.flatMap { Int($0[1]) } ?? 0) * sysconf(Int32(_SC_PAGESIZE))
}

func report(_ name: String, _ value: Double) { print(#"{"name": "\#(name)", "value": \#(value)}"#) }
