/* Loaded into importgate (LD_PRELOAD): what a process used is what its stand-in says, so that the times of whole commands,
   which the gate takes from wait4 and from the clock, are the same in each replay.

   The clock stands still from the moment in which the end of such a process is noticed until it is reaped, at the last
   reading before the process was started plus the recorded time. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REAL(result, name, ...) \
    static result (*real)(__VA_ARGS__); \
    if (!real) real = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

struct used { long user_us, system_us, peak_kib, wall_ns; };

static struct timespec latest, before_start, stopped_at;
static int stopped;

/* Not for the processes that importgate starts, and not among the variables that it reports. */
__attribute__((constructor)) static void hide(void) { unsetenv("LD_PRELOAD"); }

static int read_used(pid_t child, struct used *used) {
    const char *session = getenv("EQUAL_REPORTS_SESSION");
    char path[4096];
    if (!session) return 0;
    snprintf(path, sizeof path, "%s/usage.%d", session, (int)child);
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    int count = fscanf(file, "%ld %ld %ld %ld", &used->user_us, &used->system_us, &used->peak_kib, &used->wall_ns);
    fclose(file);
    return count == 4;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    REAL(int, "clock_gettime", clockid_t, struct timespec *);
    if (clock != CLOCK_MONOTONIC) return real(clock, now);
    if (stopped) {
        *now = stopped_at;
        return 0;
    }
    int failed = real(clock, now);
    if (!failed) latest = *now;
    return failed;
}

pid_t fork(void) {
    REAL(pid_t, "fork", void);
    before_start = latest;
    return real();
}

int waitid(idtype_t kind, id_t id, siginfo_t *information, int options) {
    REAL(int, "waitid", idtype_t, id_t, siginfo_t *, int);
    int failed = real(kind, id, information, options);
    struct used used;
    if (failed || kind != P_PID || !information || information->si_pid != (pid_t)id || !read_used((pid_t)id, &used)) return failed;
    stopped_at = before_start;
    stopped_at.tv_nsec += used.wall_ns % 1000000000;
    stopped_at.tv_sec += used.wall_ns / 1000000000 + stopped_at.tv_nsec / 1000000000;
    stopped_at.tv_nsec %= 1000000000;
    stopped = 1;
    return failed;
}

pid_t wait4(pid_t child, int *status, int options, struct rusage *usage) {
    REAL(pid_t, "wait4", pid_t, int *, int, struct rusage *);
    pid_t reaped = real(child, status, options, usage);
    struct used used;
    stopped = 0;
    if (reaped <= 0 || !usage || !read_used(reaped, &used)) return reaped;
    usage->ru_utime.tv_sec = used.user_us / 1000000;
    usage->ru_utime.tv_usec = used.user_us % 1000000;
    usage->ru_stime.tv_sec = used.system_us / 1000000;
    usage->ru_stime.tv_usec = used.system_us % 1000000;
    usage->ru_maxrss = used.peak_kib;
    return reaped;
}
