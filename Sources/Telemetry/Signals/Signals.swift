/// All signals that Flowmeter has.
public enum Signals {
    /// By name: what a view can show.
    public static let all: [SignalDescription] = [
        httpServerRequest.description, httpServerActive.description,
        liveStream.description, liveStreams.description,
        workflowStart.description, workflowExecution.description, workflowStep.description,
        workflowActive.description, workflowDeployed.description, approval.description,
        approvalPending.description, activity.description, event.description, notification.description,
        eventIngestion.description, storage.description,
        taskWait.description, taskQueue.description, taskBacklog.description, leaseTakeover.description,
        worker.description, workerUtilization.description, standing.description,
        scheduleOccurrence.description, scheduleStart.description, schedules.description,
        limit.description, held.description,
        job.description, retention.description, journalSpace.description,
        databaseQuery.description, databasePool.description,
        webhookDelivery.description, webhookQueue.description,
        integrationCall.description, integrationHold.description, circuitBreaker.description,
        cacheLookup.description, cacheEviction.description, cacheContent.description,
        build.description, uptime.description,
    ].sorted { $0.name < $1.name }
}
