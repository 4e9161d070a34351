#include "CInstruments.h"

#include <pthread.h>
#include <stdlib.h>

#ifdef __linux__
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

_Thread_local instruments_reader *instruments_current;
_Thread_local uint64_t instruments_number = UINT64_MAX;
// Whether readers run the fence themselves. Set before the first reading, never changed.
bool instruments_fences = true;

static instruments_reader *first;
static uint32_t made;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

// The thread ends: another may have its record.
static void give_back(void *record) {
    instruments_reader *reader = record;
    instruments_current = 0;
    instruments_number = UINT64_MAX;
    __atomic_store_n(&reader->taken, false, __ATOMIC_RELEASE);
}

static void prepare(void) {
    pthread_key_create(&key, give_back);
#ifdef __linux__
    if (syscall(__NR_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0) instruments_fences = false;
#endif
}

static instruments_reader *find_or_make(void) {
    for (instruments_reader *reader = instruments_readers(); reader; reader = reader->next) {
        bool expected = false;
        if (__atomic_compare_exchange_n(&reader->taken, &expected, true, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return reader;
    }
    instruments_reader *reader = aligned_alloc(64, sizeof(instruments_reader));
    if (!reader) abort();
    uint32_t number = __atomic_add_fetch(&made, 1, __ATOMIC_RELAXED);
    *reader = (instruments_reader){.number = number, .taken = true, .next = instruments_readers()};
    while (!__atomic_compare_exchange_n(&first, &reader->next, reader, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {}
    return reader;
}

instruments_reader *instruments_register(void) {
    pthread_once(&once, prepare);
    instruments_reader *reader = find_or_make();
    instruments_current = reader;
    instruments_number = reader->number;
    pthread_setspecific(key, reader);
    return reader;
}

instruments_reader *instruments_pin(void) {
    instruments_reader *reader = find_or_make();
    uint64_t sequence = __atomic_load_n(&reader->sequence, __ATOMIC_RELAXED);
    __atomic_store_n(&reader->sequence, sequence + 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return reader;
}

void instruments_unpin(instruments_reader *reader) {
    uint64_t sequence = __atomic_load_n(&reader->sequence, __ATOMIC_RELAXED);
    __atomic_store_n(&reader->sequence, sequence + 1, __ATOMIC_RELEASE);
    __atomic_store_n(&reader->taken, false, __ATOMIC_RELEASE);
}

void instruments_barrier(void) {
    pthread_once(&once, prepare);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#ifdef __linux__
    if (!instruments_fences) syscall(__NR_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
#endif
}

instruments_reader *instruments_readers(void) { return __atomic_load_n(&first, __ATOMIC_ACQUIRE); }
