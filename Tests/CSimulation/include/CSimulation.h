#pragma once

/// A job of Swift's concurrency runtime: a piece of a task, up to its next suspension.
typedef struct simulation_job simulation_job;

/// From now on, every job that would go to the pool of threads is handed to `take` instead, on the thread that made it
/// runnable; jobs that are to wait for a time of the real clock as well. Process-wide, and once.
void simulation_take_jobs(void (*_Nonnull take)(simulation_job *_Nonnull job));

/// Runs a job on this thread.
void simulation_run(simulation_job *_Nonnull job);
