/* Preloaded: a file system without hard links, which answers as NO_LINKS says (an errno). */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>

static int refuse(void) {
  errno = atoi(getenv("NO_LINKS"));
  return -1;
}
int link(const char *from, const char *to) { return refuse(); }
int linkat(int a, const char *from, int b, const char *to, int flags) { return refuse(); }
