// Counts what a process does to the files of its database, lets it fail, and kills the process in the midst of it.
//
// Built as a shared library and loaded with LD_PRELOAD. FAULTS_CONTROL names a file of 64-bit cells, in the order of the
// enumeration below, through which a test says what is to happen, and sees what did. FAULTS_DIRECTORY is the directory
// of the database.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CALLS, MAIN_CALLS, KILL_AT, KILL_MAIN_AT, KILL_HOW, KILL_SEED, FAIL_KINDS, FAIL_ERROR, FAIL_LEFT, FAILED, CELLS };
enum { WRITE = 1, SYNC = 2, TRUNCATE = 4, OPEN = 8, REMOVE = 16 };
// HALF: in the midst of a write. POWER: what was not synced since is undone, all of it or, by the seed, some of it.
enum { BEFORE, AFTER, HALF, POWER };
// No error of the system's: half of what was to be written is.
enum { SHORT = -1 };

static _Atomic int64_t *cells;
static const char *directory;

__attribute__((constructor)) static void prepare(void) {
    const char *path = getenv("FAULTS_CONTROL");
    directory = getenv("FAULTS_DIRECTORY");
    if (!path || !directory) return;
    int control = open(path, O_RDWR | O_CLOEXEC);
    if (control < 0) abort();
    void *memory = mmap(NULL, CELLS * sizeof *cells, PROT_READ | PROT_WRITE, MAP_SHARED, control, 0);
    if (memory == MAP_FAILED) abort();
    close(control);
    cells = memory;
}

#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (!function) abort();
    return function;
}

static int is_of_database(const char *path) { return cells && strstr(path, "/flowmeter.sqlite") != NULL; }

static int path_of(int file, char path[static 4096]) {
    char link[32] = "/proc/self/fd/";
    char digits[12];
    int count = 0, number = file;
    do digits[count++] = (char)('0' + number % 10); while (number /= 10);
    size_t end = strlen(link);
    while (count) link[end++] = digits[--count];
    ssize_t length = readlink(link, path, 4095);
    if (length < 0) return 0;
    path[length] = 0;
    return 1;
}

// What was written and not synced, with what stood there before.

struct change {
    struct change *older;
    char *path;
    off_t at, size;
    size_t length;
    char bytes[];
};
static struct change *changes;
static pthread_mutex_t changes_lock = PTHREAD_MUTEX_INITIALIZER;

static void remember(int file, const char *path, size_t length, off_t at) {
    // The index of the WAL is made anew after a loss of power.
    if (strstr(path, "-shm")) return;
    struct stat before;
    struct change *change = malloc(sizeof *change + length);
    if (!change || fstat(file, &before) < 0) abort();
    change->path = strdup(path);
    change->at = at;
    change->size = before.st_size;
    ssize_t count = pread64(file, change->bytes, length, at);
    change->length = count < 0 ? 0 : (size_t)count;
    pthread_mutex_lock(&changes_lock);
    change->older = changes;
    changes = change;
    pthread_mutex_unlock(&changes_lock);
}

static void forget(const char *path) {
    pthread_mutex_lock(&changes_lock);
    for (struct change **place = &changes; *place;) {
        struct change *change = *place;
        if (strcmp(change->path, path) == 0) {
            *place = change->older;
            free(change->path);
            free(change);
        } else {
            place = &change->older;
        }
    }
    pthread_mutex_unlock(&changes_lock);
}

static void undo(uint64_t seed) {
    pthread_mutex_lock(&changes_lock);
    for (struct change *change = changes; change; change = change->older) {
        uint64_t random = seed;
        if (seed) {
            seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
            if (random & 1) continue;
        }
        int file = REAL(open)(change->path, O_WRONLY | O_CLOEXEC);
        if (file < 0) continue;
        if (REAL(pwrite64)(file, change->bytes, change->length, change->at) < 0) abort();
        // With some of the later writes kept, the file stays as long as they made it.
        if (!seed && REAL(ftruncate64)(file, change->size) < 0) abort();
        REAL(close)(file);
    }
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static void lose_power(void) {
    undo((uint64_t)atomic_load(&cells[KILL_SEED]));
    die();
}

// What is to become of a call: it passes, it fails, or the process ends before, within or after it.
struct verdict {
    int error, isLast;
    int64_t how;
};

static int is_at(int count, int end) {
    int64_t number = atomic_fetch_add(&cells[count], 1) + 1;
    return number == atomic_load(&cells[end]);
}

static struct verdict judge(int kind, const char *path) {
    struct verdict verdict = {0};
    verdict.isLast = is_at(CALLS, KILL_AT);
    // The database itself, not what stands beside it: a checkpoint.
    size_t length = strlen(path);
    if (length >= 7 && strcmp(path + length - 7, ".sqlite") == 0) verdict.isLast |= is_at(MAIN_CALLS, KILL_MAIN_AT);
    if (verdict.isLast) {
        verdict.how = atomic_load(&cells[KILL_HOW]);
        if (verdict.how == BEFORE) die();
        if (verdict.how == POWER && kind != WRITE) lose_power();
    }
    if (atomic_load(&cells[FAIL_KINDS]) & kind && atomic_fetch_sub(&cells[FAIL_LEFT], 1) > 0) {
        atomic_fetch_add(&cells[FAILED], 1);
        verdict.error = (int)atomic_load(&cells[FAIL_ERROR]);
    }
    return verdict;
}

static void end(struct verdict verdict) {
    if (!verdict.isLast) return;
    if (verdict.how == POWER) lose_power();
    die();
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off_t at) {
    char path[4096];
    if (!cells || !path_of(file, path) || !is_of_database(path)) return REAL(pwrite64)(file, bytes, count, at);
    struct verdict verdict = judge(WRITE, path);
    if (verdict.error > 0) {
        errno = verdict.error;
        return -1;
    }
    remember(file, path, count, at);
    int isHalf = verdict.error == SHORT || (verdict.isLast && verdict.how == HALF);
    ssize_t written = REAL(pwrite64)(file, bytes, isHalf ? (count + 1) / 2 : count, at);
    end(verdict);
    return written;
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) { return pwrite64(file, bytes, count, at); }

ssize_t write(int file, const void *bytes, size_t count) {
    char path[4096];
    if (!cells || !path_of(file, path) || !is_of_database(path)) return REAL(write)(file, bytes, count);
    off_t at = lseek(file, 0, SEEK_CUR);
    ssize_t written = pwrite64(file, bytes, count, at);
    if (written > 0) lseek(file, at + written, SEEK_SET);
    return written;
}

static int synchronise(int file, int (*real)(int)) {
    char path[4096];
    if (!cells || !path_of(file, path)) return real(file);
    int isDirectory = strcmp(path, directory) == 0;
    if (!isDirectory && !is_of_database(path)) return real(file);
    struct verdict verdict = judge(SYNC, path);
    if (verdict.error > 0) {
        errno = verdict.error;
        return -1;
    }
    int result = real(file);
    if (result == 0) forget(path);
    end(verdict);
    return result;
}

int fsync(int file) { return synchronise(file, REAL(fsync)); }
int fdatasync(int file) { return synchronise(file, REAL(fdatasync)); }

int ftruncate64(int file, off_t size) {
    char path[4096];
    if (!cells || !path_of(file, path) || !is_of_database(path)) return REAL(ftruncate64)(file, size);
    struct verdict verdict = judge(TRUNCATE, path);
    if (verdict.error > 0) {
        errno = verdict.error;
        return -1;
    }
    int result = REAL(ftruncate64)(file, size);
    end(verdict);
    return result;
}

int ftruncate(int file, off_t size) { return ftruncate64(file, size); }

int unlink(const char *path) {
    if (!is_of_database(path)) return REAL(unlink)(path);
    struct verdict verdict = judge(REMOVE, path);
    if (verdict.error > 0) {
        errno = verdict.error;
        return -1;
    }
    int result = REAL(unlink)(path);
    end(verdict);
    return result;
}

// Reading is let alone: only an opening that could write is counted.
int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if (!is_of_database(path) || (flags & O_ACCMODE) == O_RDONLY) return REAL(open64)(path, flags, mode);
    struct verdict verdict = judge(OPEN, path);
    if (verdict.error > 0) {
        errno = verdict.error;
        return -1;
    }
    int file = REAL(open64)(path, flags, mode);
    end(verdict);
    return file;
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open64(path, flags, mode);
}
