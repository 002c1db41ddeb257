/* Lets a program see another time of day than the machine's, and lets that time jump while the program runs.
 *
 * Loaded before the C library (LD_PRELOAD). YUEFU_SOAK_CLOCK names a file of 8 bytes: by how many seconds the time of
 * day is ahead, as a whole number in this machine's order of bytes. Clocks that only count on are left alone. Who
 * waits for a time of day, waits for the one that it sees.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define A_TIME_OF_DAY 1000000000 /* seconds; clocks that count from the machine's start are far below */

static volatile int64_t *ahead_s;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("YUEFU_SOAK_CLOCK");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *seen = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
  if (seen != MAP_FAILED) ahead_s = seen;
  close(file);
}

static int64_t ahead(void) { return ahead_s ? *ahead_s : 0; }

static void *next(const char *name, const char *version) {
  void *found = version ? dlvsym(RTLD_NEXT, name, version) : NULL;
  return found ? found : dlsym(RTLD_NEXT, name);
}

int clock_gettime(clockid_t which, struct timespec *at) {
  static int (*plain)(clockid_t, struct timespec *);
  if (!plain) plain = next("clock_gettime", NULL);
  int status = plain ? plain(which, at) : (int)syscall(SYS_clock_gettime, which, at);
  if (status == 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) at->tv_sec += ahead();
  return status;
}

int gettimeofday(struct timeval *at, void *zone) {
  struct timespec now;
  (void)zone;
  if (at == NULL) return 0;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  at->tv_sec = now.tv_sec;
  at->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *at) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return (time_t)-1;
  if (at != NULL) *at = now.tv_sec;
  return now.tv_sec;
}

static const struct timespec *real(const struct timespec *seen, struct timespec *room) {
  if (seen == NULL || seen->tv_sec < A_TIME_OF_DAY) return seen;
  *room = *seen;
  room->tv_sec -= ahead();
  return room;
}

int sem_timedwait(sem_t *sem, const struct timespec *until) {
  static int (*plain)(sem_t *, const struct timespec *);
  struct timespec room;
  if (!plain) plain = next("sem_timedwait", NULL);
  return plain(sem, real(until, &room));
}

int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *until) {
  static int (*plain)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
  struct timespec room;
  if (!plain) plain = next("pthread_cond_timedwait", "GLIBC_2.3.2"); /* there is an older one of that name */
  return plain(cond, mutex, real(until, &room));
}
