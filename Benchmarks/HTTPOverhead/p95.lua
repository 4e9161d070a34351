-- Prints what wrk measured: requests answered well, seconds, the 95th percentile in microseconds.
function done(summary, latency)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    io.write(string.format("%d %d %f %f\n", summary.requests, failed, summary.duration / 1e6, latency:percentile(95)))
end
