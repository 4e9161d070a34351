// Counts what a program allocates: preloaded, it stands before the allocator.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>

static atomic_long count;

long counted_allocations(void) { return atomic_load(&count); }

#define REAL(name, type) \
    static __typeof__(type) real; \
    if (!real) real = (__typeof__(type))dlsym(RTLD_NEXT, name); \
    atomic_fetch_add_explicit(&count, 1, memory_order_relaxed)

void *malloc(size_t size) {
    REAL("malloc", void *(*)(size_t));
    return real(size);
}

void *realloc(void *old, size_t size) {
    REAL("realloc", void *(*)(void *, size_t));
    return real(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    REAL("aligned_alloc", void *(*)(size_t, size_t));
    return real(alignment, size);
}

int posix_memalign(void **made, size_t alignment, size_t size) {
    REAL("posix_memalign", int (*)(void **, size_t, size_t));
    return real(made, alignment, size);
}
