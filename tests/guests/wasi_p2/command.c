// What a command finds: arguments, environment, standard descriptors, clocks, random numbers.
#include <time.h>
#include <unistd.h>
#include "guest.h"

extern char **environ;

int main(int argc, char **argv) {
  for (int at = 1; at < argc; at++) printf("argument %s\n", argv[at]);
  for (char **entry = environ; entry && *entry; entry++) printf("variable %s\n", *entry);
  char line[64];
  while (fgets(line, sizeof line, stdin)) printf("line %s", line);
  printf("terminals %d%d%d\n", isatty(0), isatty(1), isatty(2));
  fflush(stdout);
  fprintf(stderr, "to standard error\n");
  struct timespec wall, later;
  clock_gettime(CLOCK_REALTIME, &wall);
  printf("wall clock %s\n", wall.tv_sec > 1700000000 ? "after 2023" : "wrong");
  clock_gettime(CLOCK_MONOTONIC, &wall);
  struct timespec nap = {0, 20000000};
  nanosleep(&nap, NULL);
  clock_gettime(CLOCK_MONOTONIC, &later);
  long long slept = (later.tv_sec - wall.tv_sec) * 1000000000ll + later.tv_nsec - wall.tv_nsec;
  printf("slept %s\n", slept >= 20000000 ? "long enough" : "too short");
  unsigned char one[32] = {0}, two[32] = {0};
  getentropy(one, sizeof one);
  getentropy(two, sizeof two);
  printf("random %s\n", memcmp(one, two, sizeof one) ? "differs" : "repeats");
  return argc > 1 ? atoi(argv[argc - 1]) : 0;
}
