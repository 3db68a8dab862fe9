/* Preloaded into a process, this moves its clock ahead by the seconds in the file CHAOS_CLOCK (8 bytes), from the moment
   they are written. The clocks that only count up go on as they are, as when somebody sets the clock of a machine. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int64_t seconds_ahead(void) {
    static volatile const int64_t *shared;
    if (shared == NULL && getenv("CHAOS_CLOCK") != NULL) {
        int file = open(getenv("CHAOS_CLOCK"), O_RDONLY | O_CLOEXEC);
        if (file >= 0) {
            void *page = mmap(NULL, sizeof *shared, PROT_READ, MAP_SHARED, file, 0);
            close(file);
            if (page != MAP_FAILED) shared = page;
        }
    }
    return shared == NULL ? 0 : *shared;
}

int clock_gettime(clockid_t clock, struct timespec *at) {
    int status = syscall(SYS_clock_gettime, clock, at);
    if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) at->tv_sec += seconds_ahead();
    return status;
}

int gettimeofday(struct timeval *at, void *zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at != NULL) *at = now.tv_sec;
    return now.tv_sec;
}

/* The kernel waits by the clock as it really is. */
int sem_timedwait(sem_t *semaphore, const struct timespec *until) {
    struct timespec really = *until;
    really.tv_sec -= seconds_ahead();
    return sem_clockwait(semaphore, CLOCK_REALTIME, &really);
}
