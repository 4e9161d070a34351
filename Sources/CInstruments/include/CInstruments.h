#ifndef CINSTRUMENTS_H
#define CINSTRUMENTS_H

// Who reads tables without a lock says so in a record of its own thread; who takes something out of a table waits, by
// these records, until nobody can be looking at it any more, and only then frees it.
//
// Saying so costs two plain stores: the fence that would have to stand between "I read" and the reading itself is paid by
// the other side, which makes the kernel run one on every core (membarrier(2)). Where there is no such call, readers pay.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "usage.h"

typedef struct instruments_reader {
    // Odd while the thread reads; grows with each entry and each exit. Written by its own thread only, atomically.
    uint64_t sequence;
    // How many readings are inside one another. Only its own thread looks at it.
    uint32_t depth;
    // From 1 on. Of the threads that run, no two have the same.
    uint32_t number;
    // Whether a thread has the record; it is left to another when the thread ends, and never freed.
    bool taken;
    struct instruments_reader *next;
    // So that two threads do not write to one cache line; the records are allocated in line with them.
    uint64_t padding[4];
} instruments_reader;

extern _Thread_local instruments_reader *instruments_current;
// The number of that record; all ones as long as there is none.
extern _Thread_local uint64_t instruments_number;
extern bool instruments_fences;

// The record of the calling thread, made at its first reading.
instruments_reader *instruments_register(void) __attribute__((cold, noinline));

// Tells the calling thread from all others that run. A thread that starts may get the number of one that has ended; it
// then sees all that this one wrote. All ones as long as the thread has no record.
static inline uint64_t instruments_thread(void) { return instruments_number; }

static inline instruments_reader *instruments_enter(void) {
    instruments_reader *reader = instruments_current;
    if (__builtin_expect(reader == 0, 0)) reader = instruments_register();
    if (reader->depth++ == 0) {
        uint64_t sequence = __atomic_load_n(&reader->sequence, __ATOMIC_RELAXED);
        __atomic_store_n(&reader->sequence, sequence + 1, __ATOMIC_RELAXED);
        if (__builtin_expect(instruments_fences, 0)) __atomic_thread_fence(__ATOMIC_SEQ_CST);
        else __atomic_signal_fence(__ATOMIC_SEQ_CST);
    }
    return reader;
}

static inline void instruments_leave(instruments_reader *reader) {
    if (--reader->depth == 0) {
        uint64_t sequence = __atomic_load_n(&reader->sequence, __ATOMIC_RELAXED);
        __atomic_store_n(&reader->sequence, sequence + 1, __ATOMIC_RELEASE);
    }
}

static inline uint64_t instruments_sequence(const instruments_reader *reader) {
    return __atomic_load_n(&reader->sequence, __ATOMIC_ACQUIRE);
}

// A reading that belongs to no thread, and lasts until it is unpinned, by whatever thread.
instruments_reader *instruments_pin(void);
void instruments_unpin(instruments_reader *reader);

// All that was written before is seen by every reading that begins from now on.
void instruments_barrier(void);

// All records, linked by `next`; new ones come in front.
instruments_reader *instruments_readers(void);
static inline instruments_reader *instruments_next(const instruments_reader *reader) { return reader->next; }

// A gzip stream: bytes are put in, and taken out until less comes than there is room for. 0 if there is no memory.
typedef struct instruments_gzip instruments_gzip;
instruments_gzip *instruments_gzip_open(void);
void instruments_gzip_close(instruments_gzip *gzip);
// Fewer than 4 GiB, which must stay where they are until all has been taken out.
void instruments_gzip_put(instruments_gzip *gzip, const uint8_t *bytes, size_t count, bool last);
size_t instruments_gzip_take(instruments_gzip *gzip, uint8_t *bytes, size_t room);

#endif
