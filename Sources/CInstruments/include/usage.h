#ifndef CINSTRUMENTS_USAGE_H
#define CINSTRUMENTS_USAGE_H

// What a process can ask of itself in C only.

#include <stdbool.h>
#include <stdint.h>

// getrusage(2) of all threads together, those that have ended too.
typedef struct instruments_usage {
    uint64_t minor_faults;
    uint64_t major_faults;
    uint64_t voluntary_switches;
    uint64_t involuntary_switches;
} instruments_usage;

bool instruments_read_usage(instruments_usage *usage);

// mallinfo(3) of all arenas, in bytes. False where the allocator cannot be asked.
typedef struct instruments_heap {
    // Taken from the system and not given back.
    uint64_t taken;
    // Of that, in use by the program.
    uint64_t used;
} instruments_heap;

bool instruments_read_heap(instruments_heap *heap);

#endif
