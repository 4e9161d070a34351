import Dispatch

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Threads that run callbacks, so that one that hangs keeps nobody but itself.
///
/// As many as run at once, and no fewer than ever did; those that wait end with this object.
final class CallbackThreads: Sendable {
    typealias Job = @Sendable () -> Void

    /// A thread that waits for its next job.
    private final class Worker: Sendable {
        private let wake = DispatchSemaphore(value: 0)
        /// Nil ends the thread.
        private let next = Guarded<Job?>(nil)

        func run(_ job: Job?) {
            next.withLock { $0 = job }
            wake.signal()
        }

        func wait() -> Job? {
            wake.wait()
            return next.withLock { $0.take() }
        }
    }

    private let idle = Guarded<[Worker]>([])

    deinit {
        idle.withLock { workers in
            for worker in workers { worker.run(nil) }
        }
    }

    /// Runs the job on a thread of its own; returns false if none can be had.
    func run(_ job: @escaping Job) -> Bool {
        if let worker = idle.withLock({ $0.popLast() }) {
            worker.run(job)
            return true
        }
        let worker = Worker()
        worker.run(job)
        return Self.start { [weak self] in
            while let job = worker.wait() {
                job()
                guard let self else { return }
                self.idle.withLock { $0.append(worker) }
            }
        }
    }

    private static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let body = Unmanaged.passRetained(ThreadBody(run: body))
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        let status = pthread_create(&thread, nil, runThread, body.toOpaque())
        guard status == 0 else {
            body.release()
            return false
        }
        #if canImport(Darwin)
            if let thread { pthread_detach(thread) }
        #else
            pthread_detach(thread)
        #endif
        return true
    }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(run: @escaping @Sendable () -> Void) { self.run = run }
}

#if canImport(Darwin)
    private func runThread(_ body: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        Unmanaged<ThreadBody>.fromOpaque(body).takeRetainedValue().run()
        return nil
    }
#else
    private func runThread(_ body: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        if let body { Unmanaged<ThreadBody>.fromOpaque(body).takeRetainedValue().run() }
        return nil
    }
#endif
