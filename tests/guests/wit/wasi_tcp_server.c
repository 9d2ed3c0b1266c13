// A TCP server over wasi-tcp for one client, which waits in wasi:io/poll: wasi_tcp_server 0.0.0.0|::
#include "core_libs.h"

int main(int argc, char **argv) {
  int family = family_of(argv[1]);
  resource net = get_network();
  r_u32 made;
  r_unit done;
  tcp_new(family, &made);
  MUST_WASI("new", made);
  resource listener = made.value;
  tcp_set_reuse_address(listener, 1, &done);
  MUST_WASI("set-reuse-address", done);
  tcp_bind(listener, net, FLAT(any_ip(family)), 0, &done);
  MUST_WASI("bind", done);
  tcp_listen(listener, 10, &done);
  MUST_WASI("listen", done);
  tcp_set_nonblocking(listener, 1, &done);
  MUST_WASI("set-nonblocking", done);
  r_name local;
  tcp_local_address(listener, &local);
  MUST_WASI("local-address", local);
  printf("%s %d\n", argv[1], local.port);
  fflush(stdout);
  r_accepted client;
  tcp_accept(listener, &client);
  printf("accept: %s\n", client.failed ? ERROR_CODES[client.error] : "ok");
  while (client.failed) {
    resource pollable = tcp_subscribe(listener, READ);
    pollable_block(pollable);
    drop_pollable(pollable);
    tcp_accept(listener, &client);
  }
  ip home = loopback_ip(family);
  printf("a client from %s\n", memcmp(&client.host, &home, family ? 18 : 6) ? "afar" : "loopback");
  r_bytes data;
  tcp_receive(client.socket, 4096, &data);
  MUST_WASI("receive", data);
  printf("%.*s\n", (int)data.value.length, (const char *)data.value.at);
  r_u64 sent;
  tcp_send(client.socket, "Hello!", 6, &sent);
  MUST_WASI("send", sent);
  drop_tcp(client.socket);
  drop_tcp(listener);
  drop_network(net);
  return 0;
}
