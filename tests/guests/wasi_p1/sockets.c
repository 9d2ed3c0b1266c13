// Sockets by WasmEdge's functions, built for both versions of them.
//
//   sockets tcp 4|6            a connection to itself over loopback
//   sockets udp 4|6            a datagram to itself and its answer
//   sockets get HOST PORT PATH a GET request; what is answered goes to standard output
//   sockets serve PORT         answers one connection with what it says, in capitals
//   sockets options            options of a socket
//   sockets refused            a connection to a port at which nobody listens

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wasmedge_sock.h"

static void check(const char *what, int error) {
  if (error == 0) return;
  printf("%s: errno %d\n", what, error);
  exit(1);
}

static uint8_t loopback4[4] = {127, 0, 0, 1};
static uint8_t loopback6[16] = {[15] = 1};

static int family_of(const char *version) {
  return version[0] == '6' ? INET6 : INET4;
}

static address_t loopback(int family) {
  return family == INET4 ? (address_t){loopback4, 4} : (address_t){loopback6, 16};
}

static int open_socket(int family, int type) {
  int fd;
  check("sock_open", sock_open(family, type, &fd));
  return fd;
}

static int accept_one(int listener) {
  int fd;
#if VERSION == 1
  check("sock_accept", sock_accept(listener, &fd));
#else
  check("sock_accept", sock_accept(listener, 0, &fd));
#endif
  return fd;
}

// An address as text, without its port.
static const char *text_of(int family, const uint8_t *ip) {
  static char text[64];
  if (family == INET4) snprintf(text, sizeof text, "%d.%d.%d.%d", ip[0], ip[1], ip[2], ip[3]);
  else snprintf(text, sizeof text, "v6 that ends in %d", ip[15]);
  return text;
}

// The port of a socket; its address is shown.
static int local(int fd) {
  uint8_t bytes[128] = {0};
  uint32_t port = 0;
#if VERSION == 1
  address_t address = {bytes, 16};
  uint32_t type = 0;
  check("sock_getlocaladdr", sock_getlocaladdr(fd, &address, &type, &port));
  printf("local %s\n", text_of(type == 4 ? INET4 : INET6, bytes));
#else
  address_t address = {bytes, 128};
  check("sock_getlocaladdr", sock_getlocaladdr(fd, &address, &port));
  printf("local %s\n", text_of(bytes[0], bytes + 2));
#endif
  return port;
}

static int peer(int fd) {
  uint8_t bytes[128] = {0};
  uint32_t port = 0;
#if VERSION == 1
  address_t address = {bytes, 16};
  uint32_t type = 0;
  check("sock_getpeeraddr", sock_getpeeraddr(fd, &address, &type, &port));
  printf("peer %s\n", text_of(type == 4 ? INET4 : INET6, bytes));
#else
  address_t address = {bytes, 128};
  check("sock_getpeeraddr", sock_getpeeraddr(fd, &address, &port));
  printf("peer %s\n", text_of(bytes[0], bytes + 2));
#endif
  return port;
}

static void send_text(int fd, const char *text) {
  iovec_t part = {(void *)text, strlen(text)};
  uint32_t sent;
  check("sock_send", sock_send(fd, &part, 1, 0, &sent));
}

static int tcp(int family) {
  int listener = open_socket(family, STREAM);
  int on = 1;
  check("sock_setsockopt", sock_setsockopt(listener, 0, SO_REUSE, &on, sizeof on));
  address_t address = loopback(family);
  check("sock_bind", sock_bind(listener, &address, 0));
  check("sock_listen", sock_listen(listener, 8));
  int port = local(listener);
  int client = open_socket(family, STREAM);
  check("sock_connect", sock_connect(client, &address, port));
  int server = accept_one(listener);
  printf("%d\n", peer(client) == port);
  send_text(client, "to the ");
  send_text(client, "server");
  check("sock_shutdown", sock_shutdown(client, 2));
  char buffer[64] = "";
  for (int length = 0;;) {
    ssize_t n = read(server, buffer + length, sizeof buffer - 1 - length);
    if (n <= 0) break;
    length += n;
  }
  printf("%s\n", buffer);
  if (write(server, "to the client", 13) != 13) return 1;
  memset(buffer, 0, sizeof buffer);
  iovec_t parts[2] = {{buffer, 3}, {buffer + 8, 20}};
  uint32_t n, flags;
  check("sock_recv", sock_recv(client, parts, 2, 0, &n, &flags));
  printf("%u %s|%s\n", n, buffer, buffer + 8);
  close(server);
  check("sock_recv", sock_recv(client, parts, 1, 0, &n, &flags));
  printf("%u\n", n);
  close(client);
  close(listener);
  return 0;
}

static int udp(int family) {
  int one = open_socket(family, DGRAM), other = open_socket(family, DGRAM);
  address_t address = loopback(family);
  check("sock_bind", sock_bind(one, &address, 0));
  check("sock_bind", sock_bind(other, &address, 0));
  int port = local(other);
  iovec_t question = {"question", 8};
  uint32_t n, flags;
  check("sock_send_to", sock_send_to(one, &question, 1, &address, port, 0, &n));
  char buffer[64] = "";
  iovec_t room = {buffer, sizeof buffer - 1};
  uint8_t bytes[128] = {0};
#if VERSION == 1
  address_t from = {bytes, family == INET4 ? 4 : 16};
  check("sock_recv_from", sock_recv_from(other, &room, 1, &from, 0, &n, &flags));
  printf("%s from %s\n", buffer, text_of(family, bytes));
#else
  address_t from = {bytes, 128};
  uint32_t sender;
  check("sock_recv_from", sock_recv_from(other, &room, 1, &from, 0, &sender, &n, &flags));
  printf("%s from %s\n", buffer, text_of(bytes[0], bytes + 2));
  iovec_t answer = {"answer", 6};
  check("sock_send_to", sock_send_to(other, &answer, 1, &from, sender, 0, &n));
  memset(buffer, 0, sizeof buffer);
  check("sock_recv_from", sock_recv_from(one, &room, 1, &from, 0, &sender, &n, &flags));
  printf("%s %d\n", buffer, sender == port);
#endif
  return 0;
}

static int connect_to(const char *host, const char *service) {
  addrinfo_t items[8] = {0}, hints = {.type = STREAM}, *first = &items[0];
  uint8_t data[8][26];
  struct { uint32_t family; uint32_t data_len; uint8_t *data; } addresses[8];
  for (int i = 0; i < 8; i++) {
    addresses[i].data_len = sizeof data[i];
    addresses[i].data = data[i];
    items[i].addr = (void *)&addresses[i];
    items[i].next = i < 7 ? &items[i + 1] : NULL;
  }
  uint32_t count;
  check("sock_getaddrinfo", sock_getaddrinfo(host, strlen(host) + 1, service, strlen(service) + 1,
                                             &hints, &first, 8, &count));
  for (uint32_t i = 0; i < count; i++) {
    int fd = open_socket(items[i].family, STREAM);
    address_t address = {data[i] + 2, items[i].family == INET4 ? 4 : 16};
    if (sock_connect(fd, &address, data[i][0] * 256 + data[i][1]) == 0) return fd;
    close(fd);
  }
  return -1;
}

static int get(const char *host, const char *port, const char *path) {
  int fd = connect_to(host, port);
  if (fd < 0) {
    printf("cannot connect\n");
    return 1;
  }
  char request[1024];
  snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path, host);
  send_text(fd, request);
  char buffer[4096];
  for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;) fwrite(buffer, 1, n, stdout);
  close(fd);
  return 0;
}

static int serve(int port) {
  int listener = open_socket(INET4, STREAM);
  address_t address = loopback(INET4);
  check("sock_bind", sock_bind(listener, &address, port));
  check("sock_listen", sock_listen(listener, 8));
  printf("%d\n", local(listener));
  fflush(stdout);
  int fd = accept_one(listener);
  char buffer[1024];
  for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;) {
    for (ssize_t i = 0; i < n; i++) buffer[i] = toupper(buffer[i]);
    if (write(fd, buffer, n) != n) return 1;
  }
  return 0;
}

static int options(void) {
  int fd = open_socket(INET4, STREAM);
  int value = 0, on = 1;
  uint32_t size = sizeof value;
  check("sock_getsockopt", sock_getsockopt(fd, 0, SO_TYPE_, &value, &size));
  printf("type %d, %u bytes\n", value, size);
  check("sock_setsockopt", sock_setsockopt(fd, 0, SO_REUSE, &on, sizeof on));
  check("sock_getsockopt", sock_getsockopt(fd, 0, SO_REUSE, &value, &size));
  printf("reuse %d\n", value);
  // As some guests do: the length itself.
  value = -1;
  check("sock_getsockopt", sock_getsockopt(fd, 0, SO_ERROR_, &value, (void *)4));
  printf("error %d\n", value);
  printf("no such option: %d\n", sock_setsockopt(fd, 0, 99, &on, sizeof on));
  int datagrams = open_socket(INET4, DGRAM);
  address_t address = loopback(INET4);
  check("sock_bind", sock_bind(datagrams, &address, 0));
  struct { int64_t seconds, microseconds; } timeout = {0, 10000};
  check("sock_setsockopt", sock_setsockopt(datagrams, 0, SO_TIMEOUT, &timeout, sizeof timeout));
  char buffer[8];
  iovec_t room = {buffer, sizeof buffer};
  uint32_t n, flags;
  printf("nothing in time: %d\n", sock_recv(datagrams, &room, 1, 0, &n, &flags));
  return 0;
}

static int refused(void) {
  int unused = open_socket(INET4, STREAM);
  address_t address = loopback(INET4);
  check("sock_bind", sock_bind(unused, &address, 0));
  int port = local(unused);
  close(unused);
  printf("errno %d\n", sock_connect(open_socket(INET4, STREAM), &address, port));
  return 0;
}

int main(int argc, char **argv) {
  const char *command = argc > 1 ? argv[1] : "";
  if (strcmp(command, "tcp") == 0 && argc > 2) return tcp(family_of(argv[2]));
  if (strcmp(command, "udp") == 0 && argc > 2) return udp(family_of(argv[2]));
  if (strcmp(command, "get") == 0 && argc > 4) return get(argv[2], argv[3], argv[4]);
  if (strcmp(command, "serve") == 0 && argc > 2) return serve(atoi(argv[2]));
  if (strcmp(command, "options") == 0) return options();
  if (strcmp(command, "refused") == 0) return refused();
  fprintf(stderr, "usage: see the head of sockets.c\n");
  return 2;
}
