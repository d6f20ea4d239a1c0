/* A disk that can fail, lose power and have a quota, and a clock that can leap, for LD_PRELOAD: between a program and
 * fsync/fdatasync/write, clock_gettime.
 *
 * FAULT_DIR      the directory whose files count (absolute); everything else goes straight through
 * FAULT_DURABLE  where what survives a power cut is kept: one copy an inode, made at each sync of the file, and `names`
 *                (inode and name a line), made at each sync of the directory. Both replaced by rename, so that a kill
 *                never leaves half of one. Bytes written, truncated, renamed or unlinked without a sync change nothing.
 * FAULT_FAIL_AT  the n-th sync (from 1) fails with EIO and keeps nothing; FAULT_STICKY=1: every later one too
 * FAULT_OF       only syncs of the file of this name are counted for FAULT_FAIL_AT
 * FAULT_LOG      one line a sync: its number, the file's name, ok or EIO
 * FAULT_QUOTA    while a file of this name is there, no file of ours grows: writes past its end fail with EDQUOT
 * FAULT_CLOCK    a file of 8 bytes: so many seconds (signed, the machine's byte order) the wall clock is put forward;
 *                the monotonic clock is the machine's
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long count, counted;

static const char *setting(const char *name) {
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

/* Puts the name of the file behind fd, "." for the directory itself, into name: 0 when it is not one of ours. */
static int ours(int fd, char *name) {
    char link[64], path[PATH_MAX];
    const char *dir = setting("FAULT_DIR");
    if (!dir) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    size_t size = strlen(dir);
    if (strncmp(path, dir, size)) return 0;
    if (!path[size]) return strcpy(name, "."), 1;
    if (path[size] != '/' || strchr(path + size + 1, '/')) return 0;
    return strcpy(name, path + size + 1), 1;
}

static void keep(const char *partial, const char *name) {
    char kept[PATH_MAX];
    snprintf(kept, sizeof kept, "%s/%s", setting("FAULT_DURABLE"), name);
    if (rename(partial, kept)) abort();
}

static void keep_file(int fd) {
    char link[64], partial[PATH_MAX], inode[32], *block = malloc(1 << 20);
    struct stat stat;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    snprintf(partial, sizeof partial, "%s/partial", setting("FAULT_DURABLE"));
    int from = open(link, O_RDONLY), to = open(partial, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (!block || from < 0 || to < 0 || fstat(fd, &stat)) abort();
    ssize_t got;
    while ((got = read(from, block, 1 << 20)) > 0)
        if (write(to, block, got) != got) abort();
    close(from), close(to), free(block);
    snprintf(inode, sizeof inode, "%lu", (unsigned long)stat.st_ino);
    keep(partial, inode);
}

static void keep_names(void) {
    char partial[PATH_MAX];
    snprintf(partial, sizeof partial, "%s/partial", setting("FAULT_DURABLE"));
    DIR *dir = opendir(setting("FAULT_DIR"));
    FILE *out = fopen(partial, "w");
    if (!dir || !out) abort();
    for (struct dirent *entry; (entry = readdir(dir));)
        if (entry->d_name[0] != '.') fprintf(out, "%lu %s\n", (unsigned long)entry->d_ino, entry->d_name);
    closedir(dir), fclose(out);
    keep(partial, "names");
}

static void note(const char *name, int failed) {
    const char *path = setting("FAULT_LOG");
    char line[PATH_MAX];
    if (!path) return;
    int length = snprintf(line, sizeof line, "%ld %s %s\n", count, name, failed ? "EIO" : "ok");
    int out = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (out < 0 || write(out, line, length) != length) abort();
    close(out);
}

static int sync_of(int fd, const char *symbol) {
    char name[PATH_MAX];
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, symbol);
    if (!ours(fd, name)) return real(fd);
    pthread_mutex_lock(&lock);
    long fail_at = setting("FAULT_FAIL_AT") ? atol(setting("FAULT_FAIL_AT")) : 0;
    int meant = !setting("FAULT_OF") || !strcmp(setting("FAULT_OF"), name);
    count++;
    counted += meant;
    int failed = meant && fail_at && (counted == fail_at || (counted > fail_at && setting("FAULT_STICKY")));
    int result = 0;
    if (failed) result = -1;
    /* The copy stands for the disk: the real sync would only cost time. */
    else if (!setting("FAULT_DURABLE")) result = real(fd);
    else if (strcmp(name, ".")) keep_file(fd);
    else keep_names();
    note(name, failed);
    pthread_mutex_unlock(&lock);
    if (failed) errno = EIO;
    return result;
}

/* Whether writing up to `end` is more than the quota allows. */
static int denied(int fd, off_t end) {
    char name[PATH_MAX];
    struct stat stat;
    const char *quota = setting("FAULT_QUOTA");
    return quota && ours(fd, name) && !access(quota, F_OK) && !fstat(fd, &stat) && end > stat.st_size;
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t at) {
    ssize_t (*real)(int, const void *, size_t, off_t) = (ssize_t(*)(int, const void *, size_t, off_t))
        dlsym(RTLD_NEXT, "pwrite64");
    if (denied(fd, at + (off_t)size)) return errno = EDQUOT, -1;
    return real(fd, bytes, size, at);
}

ssize_t write(int fd, const void *bytes, size_t size) {
    ssize_t (*real)(int, const void *, size_t) = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    off_t at = setting("FAULT_QUOTA") ? lseek(fd, 0, SEEK_CUR) : -1;
    if (at >= 0 && denied(fd, at + (off_t)size)) return errno = EDQUOT, -1;
    return real(fd, bytes, size);
}

int fsync(int fd) { return sync_of(fd, "fsync"); }
int fdatasync(int fd) { return sync_of(fd, "fdatasync"); }

/* Seconds the wall clock is put forward now; the file is mapped once, so that a leap needs no restart. */
static int64_t leap(void) {
    static volatile int64_t *mapped;
    static int tried;
    pthread_mutex_lock(&lock);
    if (!tried) {
        tried = 1;
        int fd = setting("FAULT_CLOCK") ? open(setting("FAULT_CLOCK"), O_RDONLY | O_CLOEXEC) : -1;
        void *at = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *mapped, PROT_READ, MAP_SHARED, fd, 0);
        if (at != MAP_FAILED) mapped = at;
        if (fd >= 0) close(fd);
    }
    pthread_mutex_unlock(&lock);
    return mapped ? *mapped : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, now);
    if (!result && clock == CLOCK_REALTIME) now->tv_sec += leap();
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    static int (*real)(struct timeval *, void *);
    if (!real) real = (int (*)(struct timeval *, void *))dlsym(RTLD_NEXT, "gettimeofday");
    int result = real(now, zone);
    if (!result) now->tv_sec += leap();
    return result;
}

time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}
