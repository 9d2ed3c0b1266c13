// A TCP client: socket_tcp_client HOST PORT. Sends a request and prints what the first read gives.
#include "core_libs.h"

int main(int argc, char **argv) {
  const char *host = argv[1];
  r_u32 made;
  r_unit done;
  create_socket(family_of(host), TCP, &made);
  MUST("create-socket", made);
  uint32_t socket = made.value;
  set_read_timeout(socket, 1, 10000, &done);
  MUST("set-read-timeout", done);
  set_write_timeout(socket, 1, 10000, &done);
  MUST("set-write-timeout", done);
  connect_(socket, host, strlen(host), atoi(argv[2]), &done);
  MUST("connect", done);
  const char request[] = "GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n";
  r_u64 sent;
  send_(socket, request, sizeof request - 1, &sent);
  MUST("send", sent);
  r_bytes response;
  receive_(socket, 8192, &response);
  MUST("receive", response);
  fwrite(response.value.at, 1, response.value.length, stdout);
  close_(socket, &done);
  MUST("close", done);
  close_(socket, &done);
  printf("closed twice: %s\n", done.failed ? SOCKET_ERRORS[done.error] : "ok");
  return 0;
}
