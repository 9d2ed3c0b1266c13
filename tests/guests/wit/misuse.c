// Uses the interfaces against and with themselves: misuse WHAT 127.0.0.1|::1.
#include "core_libs.h"

static const char *host;
static int family;

static const char *error(r_unit result) {
  return result.failed ? SOCKET_ERRORS[result.error] : "ok";
}

static uint32_t new_socket(int protocol) {
  r_u32 made;
  create_socket(family, protocol, &made);
  MUST("create-socket", made);
  return made.value;
}

static resource new_tcp(void) {
  r_u32 made;
  tcp_new(family, &made);
  MUST_WASI("new", made);
  return made.value;
}

// A connection with itself over both interfaces, and handles that are none.
static void talk(void) {
  resource net = get_network(), listener = new_tcp();
  r_unit done;
  r_name local;
  tcp_bind(listener, net, FLAT(loopback_ip(family)), 0, &done);
  MUST_WASI("bind", done);
  tcp_listen(listener, 4, &done);
  MUST_WASI("listen", done);
  tcp_local_address(listener, &local);
  MUST_WASI("local-address", local);
  uint32_t client = new_socket(TCP);
  connect_(client, host, strlen(host), local.port, &done);
  MUST("connect", done);
  r_accepted server;
  tcp_accept(listener, &server);
  MUST_WASI("accept", server);
  r_u64 sent;
  send_(client, "hello", 5, &sent);
  MUST("send", sent);
  r_bytes got;
  tcp_receive(server.socket, 1ull << 32, &got);
  MUST_WASI("receive", got);
  printf("%.*s\n", (int)got.value.length, (const char *)got.value.at);
  r_address peer;
  get_peer_address(client, &peer);
  MUST("get-peer-address", peer);
  printf("%.*s\n", (int)peer.value.host.length, peer.value.host.at);
  resource readable = tcp_subscribe(server.socket, READ);
  close_(client, &done);
  pollable_block(readable);
  drop_pollable(readable);
  tcp_receive(server.socket, ~0ull, &got);
  MUST_WASI("receive", got);
  printf("%d bytes at the end\n", (int)got.value.length);
  close_(client, &done);
  printf("close again: %s\n", error(done));
  set_read_timeout(~0u, 1, 1, &done);
  printf("no such handle: %s\n", error(done));
  uint32_t udp = new_socket(UDP);
  listen_(udp, 1, &done);
  printf("listen with UDP: %s\n", error(done));
  set_write_timeout(udp, 1, 0, &done);
  printf("no time: %s\n", error(done));
  bind_(udp, family ? "127.0.0.1" : "::1", family ? 9 : 3, 0, &done);
  printf("the other family: %s\n", error(done));
  tcp_bind(listener, net, FLAT(loopback_ip(!family)), 0, &done);
  printf("bind again: %s\n", ERROR_CODES[done.error]);
  drop_tcp(server.socket);
  // What is left open the host has to close.
  fflush(stdout);
}

int main(int argc, char **argv) {
  host = argv[2];
  family = family_of(host);
  const char *what = argv[1];
  static r_u64 sent;
  static r_unit done;
  printf("before\n");
  fflush(stdout);
  if (!strcmp(what, "talk")) talk();
  else if (!strcmp(what, "send_outside")) send_(new_socket(TCP), "x", 0xffffffff, &sent);
  else if (!strcmp(what, "send_to_outside"))
    send_to(new_socket(UDP), (void *)0xfffffff0, 64, host, strlen(host), 9, &sent);
  else if (!strcmp(what, "host_outside")) connect_(new_socket(TCP), host, 0xffffffff, 9, &done);
  else if (!strcmp(what, "host_not_utf8")) connect_(new_socket(TCP), "\xff", 1, 9, &done);
  else if (!strcmp(what, "result_outside")) bind_(new_socket(TCP), host, strlen(host), 0, (r_unit *)0xfffffffe);
  else if (!strcmp(what, "bad_family")) create_socket(7, TCP, (r_u32 *)&sent);
  else if (!strcmp(what, "bad_shutdown")) tcp_shutdown(new_tcp(), 3, &done);
  else if (!strcmp(what, "no_handle")) tcp_listen(0, 1, &done);
  else if (!strcmp(what, "wrong_type")) tcp_listen(get_network(), 1, &done);
  else if (!strcmp(what, "drop_twice")) {
    resource socket = new_tcp();
    drop_tcp(socket);
    drop_tcp(socket);
  } else if (!strcmp(what, "use_after_drop")) {
    resource socket = new_tcp();
    drop_tcp(socket);
    tcp_listen(socket, 1, &done);
  } else if (!strcmp(what, "drop_socket_before_pollable")) {
    resource socket = new_tcp();
    tcp_subscribe(socket, WRITE);
    drop_tcp(socket);
  } else if (!strcmp(what, "dropped_network")) {
    resource net = get_network();
    drop_network(net);
    tcp_connect(new_tcp(), net, FLAT(loopback_ip(family)), 9, &done);
  }
  return 0;
}
