// Linked into the programs of the preset `tsan` alone: what ThreadSanitizer must be told about Debian's librdkafka, which
// is not built for it.
//
// It locks and waits through C11's threads, which ThreadSanitizer of clang 19 does not see: everything that passes
// through librdkafka would be called a race. Here they are POSIX's, which it does see. glibc's own are the same
// underneath, so nothing else changes.
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <threads.h>

// It counts references by atomic operations, which are not seen either, so its own free() of what another thread had
// read looks like a race. What librdkafka itself does to memory is left out; what our code does never is.
const char* __tsan_default_suppressions(void);
const char* __tsan_default_suppressions(void) {
  return "called_from_lib:librdkafka.so\n";
}

// That leaves out its POSIX locks too, so these are taken for it from here, through ThreadSanitizer's own entrances.
int __interceptor_pthread_rwlock_rdlock(pthread_rwlock_t* lock);
int __interceptor_pthread_rwlock_wrlock(pthread_rwlock_t* lock);
int __interceptor_pthread_rwlock_unlock(pthread_rwlock_t* lock);

int pthread_rwlock_rdlock(pthread_rwlock_t* lock) {
  return __interceptor_pthread_rwlock_rdlock(lock);
}

int pthread_rwlock_wrlock(pthread_rwlock_t* lock) {
  return __interceptor_pthread_rwlock_wrlock(lock);
}

int pthread_rwlock_unlock(pthread_rwlock_t* lock) {
  return __interceptor_pthread_rwlock_unlock(lock);
}

// spdlog, a library of Debian's too, makes its logger when it is first asked for one. That whoever asks next sees it whole
// is not seen, so here it is asked for while there is one thread: as in the services, which set up their log first of all.
extern void* default_logger_raw(void) __asm__("_ZN6spdlog18default_logger_rawEv") __attribute__((weak));
__attribute__((constructor)) static void make_the_logger(void) {
  if (default_logger_raw != 0) default_logger_raw();
}

_Static_assert(sizeof(mtx_t) >= sizeof(pthread_mutex_t), "a mutex of C11 has room for one of POSIX");
_Static_assert(sizeof(cnd_t) >= sizeof(pthread_cond_t), "a condition of C11 has room for one of POSIX");
_Static_assert(sizeof(thrd_t) == sizeof(pthread_t), "a thread of C11 is one of POSIX");
_Static_assert(sizeof(once_flag) == sizeof(pthread_once_t), "a flag of C11 is one of POSIX");

static int result_of(int code) {
  switch (code) {
    case 0:
      return thrd_success;
    case EBUSY:
      return thrd_busy;
    case ETIMEDOUT:
      return thrd_timedout;
    case ENOMEM:
    case EAGAIN:
      return thrd_nomem;
    default:
      return thrd_error;
  }
}

int mtx_init(mtx_t* mutex, int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  if ((type & mtx_recursive) != 0) pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  const int code = pthread_mutex_init((pthread_mutex_t*)mutex, &attributes);
  pthread_mutexattr_destroy(&attributes);
  return result_of(code);
}

void mtx_destroy(mtx_t* mutex) {
  pthread_mutex_destroy((pthread_mutex_t*)mutex);
}

int mtx_lock(mtx_t* mutex) {
  return result_of(pthread_mutex_lock((pthread_mutex_t*)mutex));
}

int mtx_trylock(mtx_t* mutex) {
  return result_of(pthread_mutex_trylock((pthread_mutex_t*)mutex));
}

int mtx_unlock(mtx_t* mutex) {
  return result_of(pthread_mutex_unlock((pthread_mutex_t*)mutex));
}

int cnd_init(cnd_t* condition) {
  return result_of(pthread_cond_init((pthread_cond_t*)condition, NULL));
}

void cnd_destroy(cnd_t* condition) {
  pthread_cond_destroy((pthread_cond_t*)condition);
}

int cnd_signal(cnd_t* condition) {
  return result_of(pthread_cond_signal((pthread_cond_t*)condition));
}

int cnd_broadcast(cnd_t* condition) {
  return result_of(pthread_cond_broadcast((pthread_cond_t*)condition));
}

int cnd_wait(cnd_t* condition, mtx_t* mutex) {
  return result_of(pthread_cond_wait((pthread_cond_t*)condition, (pthread_mutex_t*)mutex));
}

int cnd_timedwait(cnd_t* restrict condition, mtx_t* restrict mutex, const struct timespec* restrict until) {
  return result_of(pthread_cond_timedwait((pthread_cond_t*)condition, (pthread_mutex_t*)mutex, until));
}

void call_once(once_flag* flag, void (*function)(void)) {
  pthread_once((pthread_once_t*)flag, function);
}

struct start {
  thrd_start_t function;
  void* argument;
};

static void* run(void* given) {
  const struct start start = *(struct start*)given;
  free(given);
  return (void*)(long)start.function(start.argument);
}

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  struct start* start = malloc(sizeof(*start));
  if (start == NULL) return thrd_nomem;
  *start = (struct start){function, argument};
  const int code = pthread_create((pthread_t*)thread, NULL, run, start);
  if (code != 0) free(start);
  return result_of(code);
}

int thrd_join(thrd_t thread, int* result) {
  void* returned = NULL;
  const int code = pthread_join((pthread_t)thread, &returned);
  if (code == 0 && result != NULL) *result = (int)(long)returned;
  return result_of(code);
}
