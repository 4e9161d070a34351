import Logging
import Synchronization
import Workflow

extension Engine {
    /// How often it is looked for what is to be forgotten.
    static let retentionInterval = Duration.seconds(60)
    /// Executions that are forgotten in one transaction, so that others wait for a few milliseconds only.
    private static let purgeBatch = 100
    /// Bytes that go back to the file system in one transaction.
    private static let reclaimBatch = 64 * 4_096
    /// How long ids of events are known where no age says so: as long as senders of webhooks try again.
    private static let usualEventAge = Duration.seconds(3 * 86_400)
    /// How long what analytics are made of is kept.
    private static let tallyAge = Duration.seconds(400 * 86_400)
    /// Less than this is left to later writes.
    private static let worthReclaiming = 16 << 20

    /// Forgets what is too old or too much, until the shutdown.
    func keepRetention() async {
        repeat {
            await forget()
        } while await retentionAlarm.sleep(until: environment.now() + Self.retentionInterval, in: environment)
    }

    private func forget() async {
        let purges = purges(at: environment.now())
        guard !purges.isEmpty else { return metrics.jobs.retention.stop() }
        metrics.jobs.retention.begin(at: environment.now())
        do {
            for purge in purges {
                guard try await complete(purge) else { return }
            }
            guard try await reclaim() else { return }
            metrics.jobs.retention.end(at: environment.now())
        } catch {
            logger.warning(
                "what is too old or too much could not be forgotten; trying again",
                metadata: ["error": "\(error)", "after": "\(Self.retentionInterval.shortText)"])
        }
    }

    /// All that is to be forgotten now; none when nothing ever is.
    private func purges(at now: Timestamp) -> [Purge] {
        let (router, unreadable) = state.withLock { ($0.router, $0.unreadable) }
        let own = router.workflows.compactMapValues { $0.program.definition.retention }
        guard options.retention != Retention() || !own.isEmpty else { return [] }
        var purges: [Purge] = []
        let eventsBefore = now + eventAge * -1
        func add(_ retention: Retention, to template: Purge) {
            if let age = retention.age {
                var purge = template
                purge.endedBefore = now + age * -1
                purge.eventsBefore = eventsBefore
                purges.append(purge)
            }
            if let count = retention.count {
                var purge = template
                purge.keepLast = count
                purges.append(purge)
            }
        }
        // What a definition that cannot be read says of its executions is not known.
        let except = Set(own.keys).union(unreadable)
        add(options.retention, to: Purge(except: except, limit: Self.purgeBatch))
        for (id, retention) in own.sorted(by: { $0.key < $1.key }) {
            add(retention, to: Purge(workflow: id, limit: Self.purgeBatch))
        }
        purges.append(
            Purge(
                eventsBefore: eventsBefore, keepLast: .max, limit: Self.purgeBatch,
                talliesBefore: now + Self.tallyAge * -1))
        return purges
    }

    /// How long the id of an event is known at least; that of a delivery which names a time, for as long as it is valid.
    private var eventAge: Duration { max(options.retention.age ?? Self.usualEventAge, WebhookVerifier.longestValidity) }

    /// From when on it is known what of a workflow has run; nil when nothing of it is ever forgotten.
    func forgettingHorizon(of deployed: Deployed) -> Timestamp? {
        let retention = deployed.program.definition.retention ?? options.retention
        guard retention != Retention() else { return nil }
        return environment.now() + eventAge * -1
    }

    /// Purges in small transactions, resting between them as long as each took.
    /// - Returns: false when the engine is shutting down.
    private func complete(_ purge: Purge) async throws(JournalError) -> Bool {
        while isReady {
            let (purged, took) = try await measured(purge)
            guard purged.executions >= purge.limit || purged.events >= purge.limit else { return true }
            await environment.sleep(environment.now() + took)
        }
        return false
    }

    /// Makes the journal's file smaller when much of it is empty.
    private func reclaim() async throws(JournalError) -> Bool {
        let space = try await journal.statistics().space
        guard space.free > max(Self.worthReclaiming, space.size / 4) else { return true }
        var left = space.free - space.size / 10
        while left > 0 {
            guard isReady else { return false }
            let (purged, took) = try await measured(Purge(limit: 0, reclaiming: Self.reclaimBatch))
            guard purged.reclaimed > 0 else { break }
            left -= purged.reclaimed
            await environment.sleep(environment.now() + took)
        }
        return true
    }

    private func measured(_ purge: Purge) async throws(JournalError) -> (Purged, took: Duration) {
        let start = environment.now()
        do {
            let purged = try await journal.purge(purge)
            let took = environment.now() - start
            metrics.jobs.recordPurge(purged, took: took)
            return (purged, took)
        } catch {
            metrics.jobs.recordPurge(nil, took: environment.now() - start)
            throw error
        }
    }
}
