/* Preloaded: writes to the files of tokens.json fail as WRITES says (an errno), and the first read of it as READ says. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fails(const char *variable, int fd, const char *ending) {
  const char *wanted = getenv(variable);
  char link[64], path[4096];
  if (!wanted) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  path[length > 0 ? length : 0] = 0;
  if (!strstr(path, ending)) return 0;
  errno = atoi(wanted);
  return 1;
}
ssize_t write(int fd, const void *bytes, size_t count) {
  ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
  return fails("WRITES", fd, "/tokens.json") ? -1 : real(fd, bytes, count);
}
ssize_t read(int fd, void *bytes, size_t count) {
  ssize_t (*real)(int, void *, size_t) = dlsym(RTLD_NEXT, "read");
  if (!fails("READ", fd, "/tokens.json")) return real(fd, bytes, count);
  unsetenv("READ");
  return -1;
}
