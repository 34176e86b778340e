/* Preloaded: a file system whose lock service does not answer (ENOLCK). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>

static int filter(const char *name, int fd, int command, void *argument) {
  int (*real)(int, int, ...) = (int (*)(int, int, ...))dlsym(RTLD_NEXT, name);
  if (command == F_OFD_SETLK || command == F_OFD_SETLKW || command == F_SETLK) {
    errno = ENOLCK;
    return -1;
  }
  return real(fd, command, argument);
}
#define FORWARD(name)                          \
  int name(int fd, int command, ...) {         \
    va_list list;                              \
    va_start(list, command);                   \
    void *argument = va_arg(list, void *);     \
    va_end(list);                              \
    return filter(#name, fd, command, argument); \
  }
FORWARD(fcntl)
FORWARD(fcntl64)
