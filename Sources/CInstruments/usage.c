#include "usage.h"

#include <stdlib.h>
#include <sys/resource.h>

#ifdef __GLIBC__
#include <malloc.h>
#if __GLIBC_PREREQ(2, 33)
#define HAS_MALLINFO2
#endif
#endif

bool instruments_read_usage(instruments_usage *usage) {
    struct rusage all;
    if (getrusage(RUSAGE_SELF, &all) != 0) return false;
    usage->minor_faults = (uint64_t)all.ru_minflt;
    usage->major_faults = (uint64_t)all.ru_majflt;
    usage->voluntary_switches = (uint64_t)all.ru_nvcsw;
    usage->involuntary_switches = (uint64_t)all.ru_nivcsw;
    return true;
}

bool instruments_read_heap(instruments_heap *heap) {
#ifdef HAS_MALLINFO2
    struct mallinfo2 all = mallinfo2();
    // Large blocks are mapped one by one, outside the arenas.
    heap->taken = all.arena + all.hblkhd;
    heap->used = all.uordblks + all.hblkhd;
    return true;
#else
    (void)heap;
    return false;
#endif
}
