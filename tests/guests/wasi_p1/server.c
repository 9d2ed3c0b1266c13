// An echo server on descriptor 3, a socket that listens when it starts: many clients at once, by poll.
// It ends when as many clients as the argument says have come and gone.
//
//   server COUNT

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define LISTENER 3
#define MOST 64

static struct pollfd fds[1 + MOST] = {{LISTENER, POLLIN, 0}};
static int count = 1;

static void add(int fd) {
  if (count > MOST) {
    close(fd);
    return;
  }
  fds[count++] = (struct pollfd){fd, POLLIN, 0};
}

// Sends all of it, although the socket does not wait.
static int send_all(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t sent = send(fd, bytes, length, 0);
    if (sent < 0 && errno == EAGAIN) {
      struct pollfd one = {fd, POLLOUT, 0};
      poll(&one, 1, -1);
      continue;
    }
    if (sent < 0) return -1;
    bytes += sent;
    length -= sent;
  }
  return 0;
}

// Returns 1 when the client has gone.
static int serve(int fd) {
  static char buffer[65536];
  ssize_t received = recv(fd, buffer, sizeof buffer, 0);
  if (received < 0 && errno == EAGAIN) return 0;
  if (received <= 0) {
    shutdown(fd, SHUT_WR);
    close(fd);
    return 1;
  }
  return send_all(fd, buffer, received) < 0;
}

int main(int argc, char **argv) {
  int left = argc > 1 ? atoi(argv[1]) : 1;
  int busy = 0;
  while (left > 0) {
    if (poll(fds, count, -1) < 0) {
      perror("poll");
      return 1;
    }
    for (int i = count - 1; i > 0; i--) {
      if (fds[i].revents == 0) continue;
      if (serve(fds[i].fd)) {
        fds[i] = fds[--count];
        left--;
      }
    }
    if (fds[0].revents != 0) {
      int fd = accept4(LISTENER, NULL, NULL, SOCK_NONBLOCK);
      if (fd >= 0) add(fd);
      else if (errno != EAGAIN) {
        perror("accept4");
        return 1;
      }
    }
    if (count - 1 > busy) busy = count - 1;
  }
  printf("%s\n", accept(LISTENER, NULL, NULL) < 0 && errno == EAGAIN ? "no more clients" : "more");
  return 0;
}
