// A TCP server for one client: socket_tcp_server 0.0.0.0|:: PORT. Prints the port, then the request.
#include "core_libs.h"

int main(int argc, char **argv) {
  const char *host = argv[1];
  r_u32 made;
  r_unit done;
  create_socket(family_of(host), TCP, &made);
  MUST("create-socket", made);
  uint32_t server = made.value;
  set_reuse_address(server, 1, &done);
  MUST("set-reuse-address", done);
  bind_(server, host, strlen(host), atoi(argv[2]), &done);
  MUST("bind", done);
  listen_(server, 128, &done);
  MUST("listen", done);
  r_address local;
  get_local_address(server, &local);
  MUST("get-local-address", local);
  printf("%.*s %d\n", (int)local.value.host.length, local.value.host.at, local.value.port);
  fflush(stdout);
  accept_(server, &made);
  MUST("accept", made);
  uint32_t client = made.value;
  r_bytes data;
  receive_(client, 4096, &data);
  MUST("receive", data);
  printf("%.*s\n", (int)data.value.length, (const char *)data.value.at);
  const char response[] = "HTTP/1.1 200 OK\r\n\r\nHello!";
  r_u64 sent;
  send_(client, response, sizeof response - 1, &sent);
  MUST("send", sent);
  close_(client, &done);
  MUST("close", done);
  close_(server, &done);
  MUST("close", done);
  return 0;
}
