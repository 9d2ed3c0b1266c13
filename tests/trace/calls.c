// The calls that strace_test.ts makes too, in the same order: strace's lines are what ours must be.
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static char buffer[4096];
static struct stat status;

static void sockets(void) {
  struct sockaddr_in address = {AF_INET, 0, {htonl(INADDR_LOOPBACK)}};
  struct sockaddr_in6 address6 = {AF_INET6, 0, htonl(5), IN6ADDR_LOOPBACK_INIT, 7};
  struct sockaddr_storage from;
  socklen_t length = sizeof address;
  int one = 1, value;

  socket(99, 77, 55);
  socket(AF_INET, SOCK_STREAM | 0x100000, 0);
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  bind(listener, (struct sockaddr *)&address, sizeof address);
  bind(listener, (struct sockaddr *)&address, 2);
  listen(listener, 5);
  getsockname(listener, (struct sockaddr *)&address, &length);
  int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
  connect(client, (struct sockaddr *)&address, sizeof address);
  length = sizeof from;
  int server = accept(listener, (struct sockaddr *)&from, &length);
  fcntl(listener, F_SETFL, O_NONBLOCK);
  length = sizeof from;
  accept4(listener, (struct sockaddr *)&from, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  accept4(listener, NULL, NULL, SOCK_NONBLOCK | 1);
  syscall(SYS_sendto, client, "hello\n\0017\377\"", 10, MSG_NOSIGNAL, NULL, 0);
  length = sizeof from;
  syscall(SYS_recvfrom, server, buffer, 100, 0, &from, &length);
  syscall(SYS_recvfrom, server, buffer, 100, MSG_DONTWAIT | MSG_PEEK, NULL, NULL);

  struct pollfd fds[3] = {{server, POLLIN, 0}, {client, POLLOUT | POLLRDHUP, 0}, {-1, POLLIN, 0}};
  poll(fds, 3, 1000);
  poll(fds, 1, 0);
  fds[0].fd = 99;
  poll(fds, 1, -1);
  fd_set in, out, except;
  FD_ZERO(&in);
  FD_ZERO(&out);
  FD_ZERO(&except);
  FD_SET(server, &in);
  FD_SET(client, &out);
  struct timeval timeout = {1, 2};
  syscall(SYS_select, 6, &in, &out, &except, &timeout);
  FD_SET(server, &in);
  timeout = (struct timeval){0, 0};
  syscall(SYS_select, 6, &in, NULL, NULL, &timeout);

  getsockopt(client, SOL_SOCKET, SO_ERROR, &value, (length = 4, &length));
  getsockopt(client, SOL_SOCKET, SO_TYPE, buffer, (length = 12, &length));
  getsockopt(client, SOL_SOCKET, SO_LINGER, buffer, (length = 8, &length));
  setsockopt(client, SOL_TCP, TCP_NODELAY, &one, sizeof one);
  getsockopt(client, SOL_TCP, TCP_NODELAY, &value, (length = 4, &length));
  setsockopt(client, SOL_SOCKET, 12345, &one, sizeof one);
  getsockopt(client, SOL_SOCKET, SO_RCVLOWAT, NULL, (length = 4, &length));
  ioctl(server, FIONREAD, &value);
  ioctl(server, FIONBIO, &one);
  shutdown(client, SHUT_WR);
  syscall(SYS_recvfrom, server, buffer, 100, 0, NULL, NULL);
  shutdown(client, 7);
  length = sizeof address;
  getpeername(listener, (struct sockaddr *)&address, &length);
  close(server);
  close(client);
  close(listener);

  int datagrams = socket(AF_INET, SOCK_DGRAM, 0);
  address.sin_port = 0;
  bind(datagrams, (struct sockaddr *)&address, sizeof address);
  length = sizeof address;
  getsockname(datagrams, (struct sockaddr *)&address, &length);
  char *text = "hello world, this is a longer message than 32 bytes";
  syscall(SYS_sendto, datagrams, text, strlen(text), 0, &address, sizeof address);
  length = sizeof from;
  syscall(SYS_recvfrom, datagrams, buffer, 5, MSG_TRUNC, &from, &length);
  struct iovec sent[2] = {{"abc", 3}, {"defgh", 5}};
  struct msghdr message = {&address, sizeof address, sent, 2};
  sendmsg(datagrams, &message, 0);
  struct iovec received[3] = {{buffer, 4}, {buffer + 10, 2}, {buffer + 20, 1}};
  message = (struct msghdr){&from, sizeof from, received, 3};
  recvmsg(datagrams, &message, 0);
  message = (struct msghdr){NULL, 0, received, 3};
  recvmsg(datagrams, &message, MSG_DONTWAIT);
  close(datagrams);

  datagrams = socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
  address6.sin6_port = htons(9);
  connect(datagrams, (struct sockaddr *)&address6, sizeof address6);
  close(datagrams);
}

static void files(const char *folder) {
  int directory = openat(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int file = openat(directory, "file", O_RDWR | O_CREAT | O_EXCL, 0644);
  openat(directory, "file", O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0600);
  openat(99, "file", O_RDONLY);
  write(file, "hello", 5);
  pwrite(file, "xyz", 3, 2);
  pread(file, buffer, 100, 0);
  lseek(file, -1, SEEK_END);
  lseek(file, 0, 7);
  read(file, buffer, 100);
  read(file, buffer, 100);
  lseek(file, 0, SEEK_SET);
  struct iovec buffers[2] = {{buffer, 3}, {buffer + 10, 5}};
  readv(file, buffers, 2);
  writev(file, (struct iovec[]){{"abc", 3}, {"", 0}}, 2);
  ftruncate(file, 3);
  ftruncate(file, -1);
  syscall(SYS_fstat, file, &status);
  fstatat(directory, "file", &status, AT_SYMLINK_NOFOLLOW);
  fstatat(directory, "missing", &status, 0);
  fcntl(file, F_GETFL);
  fcntl(file, F_SETFD, FD_CLOEXEC);
  fcntl(file, F_GETFD);
  struct flock lock = {F_WRLCK, SEEK_SET, 1, 2, 0};
  fcntl(file, F_SETLK, &lock);
  fcntl(file, F_GETLK, &lock);
  fsync(file);
  fdatasync(file);
  mkdirat(directory, "inner", 0755);
  symlinkat("target", directory, "link");
  readlinkat(directory, "link", buffer, 100);
  linkat(directory, "file", directory, "other", 0);
  renameat(directory, "other", directory, "third");
  syscall(SYS_faccessat, directory, "third", R_OK | W_OK);
  unlinkat(directory, "third", 0);
  unlinkat(directory, "link", 0);
  unlinkat(directory, "inner", AT_REMOVEDIR);
  unlinkat(directory, "inner", AT_REMOVEDIR);
  unlinkat(directory, "file", 0);
  syscall(SYS_getdents64, directory, buffer, sizeof buffer);
  syscall(SYS_getdents64, file, buffer, sizeof buffer);
  dup(file);
  dup2(file, 50);
  dup3(file, 51, O_CLOEXEC);
  dup3(file, file, 0);
  fcntl(file, F_DUPFD_CLOEXEC, 60);
  close(99);
}

static void others(void) {
  int fds[2], value;
  pipe2(fds, O_CLOEXEC | O_NONBLOCK);
  pipe2(fds, 7);
  write(fds[1], "abc", 3);
  read(fds[0], buffer, 2);
  syscall(SYS_fstat, fds[0], &status);
  ioctl(fds[0], FIONREAD, &value);
  fcntl(fds[0], 999, 5);
  read(99, buffer, 5);
  umask(0777);
  umask(022);
  struct rlimit limit;
  prlimit(0, 77, NULL, &limit);
}

static void waits(const char *folder) {
  int epoll = epoll_create1(0), other = epoll_create1(EPOLL_CLOEXEC), size[2];
  epoll_create1(5);
  int event = eventfd(3, EFD_CLOEXEC | EFD_NONBLOCK);
  eventfd(0, EFD_SEMAPHORE | 64);
  struct epoll_event add = {EPOLLIN | EPOLLET | EPOLLONESHOT, {.u64 = 0x1234567890}}, ready[4];
  epoll_ctl(epoll, EPOLL_CTL_ADD, event, &add);
  add = (struct epoll_event){EPOLLIN | EPOLLEXCLUSIVE | EPOLLRDHUP | EPOLLWAKEUP, {.u64 = -1}};
  epoll_ctl(other, EPOLL_CTL_ADD, event, &add);
  epoll_ctl(other, 9, event, &add);
  epoll_ctl(other, EPOLL_CTL_MOD, 99, NULL);
  epoll_ctl(other, EPOLL_CTL_DEL, event, NULL);
  epoll_pwait(epoll, ready, 4, 10, NULL);
  epoll_pwait(epoll, ready, 4, 0, NULL);
  epoll_pwait(epoll, ready, 0, 0, NULL);
  epoll_pwait(99, ready, 1, -1, NULL);
  ioctl(event, TIOCGWINSZ, size);
  chdir(folder);
  int here = openat(AT_FDCWD, ".", O_RDONLY);
  syscall(SYS_getcwd, buffer, 4096);
  syscall(SYS_getcwd, buffer, 1);
  syscall(SYS_getcwd, NULL, 0);
  chdir("missing");
  fchdir(here);
  fchdir(99);
  close_range(1000, ~0U, 0);
  close_range(1000, 1001, CLOSE_RANGE_CLOEXEC | CLOSE_RANGE_UNSHARE);
  close_range(1000, 999, 8);
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  // What the shell left open would change the numbers.
  close_range(3, ~0U, 0);
  umask(022);
  sockets();
  files(arguments[1]);
  others();
  waits(arguments[1]);
  return 0;
}
