/* The data calls in C, on one thread over loopback: prints "NAME NANOSECONDS" of CPU time a call.
   usage: data_calls CASE SIZE COUNT */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static double cpu_nanoseconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e9 +
         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e3;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void pair(int type, int *client, int *server) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, type, 0);
  if (bind(listener, (void *)&address, length) < 0) fail("bind");
  getsockname(listener, (void *)&address, &length);
  *client = socket(AF_INET, type, 0);
  if (type == SOCK_STREAM) listen(listener, 1);
  if (connect(*client, (void *)&address, length) < 0) fail("connect");
  *server = type == SOCK_STREAM ? accept(listener, 0, 0) : listener;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  const char *name = argv[1];
  int size = atoi(argv[2]), count = atoi(argv[3]), client, server, type;
  char *buffer = calloc(1, size + 1);
  type = strcmp(name, "udp") == 0 || strcmp(name, "eagain") == 0 ? SOCK_DGRAM : SOCK_STREAM;
  pair(type, &client, &server);
  for (int warm = 0; warm < 2; warm++) {
    int rounds = warm == 0 ? count / 10 + 1 : count;
    double start = cpu_nanoseconds();
    if (strcmp(name, "eagain") == 0) {
      for (int i = 0; i < rounds; i++)
        if (recv(server, buffer, size, MSG_DONTWAIT) != -1 || errno != EAGAIN) fail("recv");
    } else {
      for (int i = 0; i < rounds; i++) {
        if (send(client, buffer, size, MSG_NOSIGNAL) != size) fail("send");
        if (recv(server, buffer, size, MSG_WAITALL) != size) fail("recv");
      }
    }
    if (warm == 1) printf("%.1f\n", (cpu_nanoseconds() - start) / rounds);
  }
  return 0;
}
