#include "CSimulation.h"

#include <stdint.h>

// What the runtime offers to those who replace its executors: see stdlib/public/Concurrency/ExecutorImpl.h and
// include/swift/Runtime/Concurrency.h of Swift. A hook gets what it replaces as its last argument.
#define SWIFT_CC __attribute__((swiftcall))

typedef struct {
    uintptr_t identity, implementation;
} executor;

typedef SWIFT_CC void (*enqueue)(simulation_job *job);
typedef SWIFT_CC void (*enqueue_after)(unsigned long long nanoseconds, simulation_job *job);
typedef SWIFT_CC void (*enqueue_at)(
    long long seconds, long long nanoseconds, long long leeway, long long leeway_nanoseconds, int clock,
    simulation_job *job);

extern SWIFT_CC void (*swift_task_enqueueGlobal_hook)(simulation_job *job, enqueue original);
extern SWIFT_CC void (*swift_task_enqueueGlobalWithDelay_hook)(
    unsigned long long nanoseconds, simulation_job *job, enqueue_after original);
extern SWIFT_CC void (*swift_task_enqueueGlobalWithDeadline_hook)(
    long long seconds, long long nanoseconds, long long leeway, long long leeway_nanoseconds, int clock,
    simulation_job *job, enqueue_at original);
extern SWIFT_CC void (*swift_task_enqueueMainExecutor_hook)(simulation_job *job, enqueue original);

extern SWIFT_CC void swift_job_run(simulation_job *job, executor executor);

static void (*take)(simulation_job *job);

static SWIFT_CC void take_now(simulation_job *job, enqueue original) { take(job); }

static SWIFT_CC void take_after(unsigned long long nanoseconds, simulation_job *job, enqueue_after original) {
    take(job);
}

static SWIFT_CC void take_at(
    long long seconds, long long nanoseconds, long long leeway, long long leeway_nanoseconds, int clock,
    simulation_job *job, enqueue_at original) {
    take(job);
}

void simulation_take_jobs(void (*taker)(simulation_job *job)) {
    take = taker;
    swift_task_enqueueGlobal_hook = take_now;
    swift_task_enqueueGlobalWithDelay_hook = take_after;
    swift_task_enqueueGlobalWithDeadline_hook = take_at;
    swift_task_enqueueMainExecutor_hook = take_now;
}

void simulation_run(simulation_job *job) {
    // Neither field set is the pool itself.
    executor pool = {0, 0};
    swift_job_run(job, pool);
}
