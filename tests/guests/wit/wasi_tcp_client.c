// A TCP client over wasi-tcp: wasi_tcp_client HOST PORT [NETWORK], with a name or an address as the
// host, on the network of that name.
#include "core_libs.h"

int main(int argc, char **argv) {
  resource net;
  if (argc > 3) {
    r_u32 named;
    get_named_network(argv[3], strlen(argv[3]), &named);
    MUST_WASI("get-named-network", named);
    net = named.value;
  } else {
    net = get_network();
  }
  r_names names;
  resolve_name(net, argv[1], strlen(argv[1]), &names);
  MUST_WASI("resolve-name", names);
  ip host = names.at[0];
  r_u32 made;
  r_unit done;
  tcp_new(host.tag, &made);
  MUST_WASI("new", made);
  resource socket = made.value;
  tcp_set_connect_timeout(socket, 1, 5000, &done);
  MUST_WASI("set-connect-timeout", done);
  tcp_connect(socket, net, FLAT(host), atoi(argv[2]), &done);
  MUST_WASI("connect", done);
  r_name peer;
  tcp_remote_address(socket, &peer);
  MUST_WASI("remote-address", peer);
  printf("connected to the %s port\n", peer.port == atoi(argv[2]) ? "same" : "wrong");
  r_u64 sent;
  tcp_send(socket, "GET / HTTP/1.1\r\n\r\n", 18, &sent);
  MUST_WASI("send", sent);
  tcp_shutdown(socket, SHUT_SEND, &done);
  MUST_WASI("shutdown", done);
  r_bytes response;
  tcp_receive(socket, 4096, &response);
  MUST_WASI("receive", response);
  printf("%.*s", (int)response.value.length, (const char *)response.value.at);
  drop_tcp(socket);
  drop_network(net);
  return 0;
}
