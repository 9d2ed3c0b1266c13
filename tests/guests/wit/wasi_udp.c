// A datagram and its answer over wasi-udp: wasi_udp 0.0.0.0|:: PORT, to a port of loopback.
#include "core_libs.h"

int main(int argc, char **argv) {
  int family = family_of(argv[1]);
  resource net = get_network();
  r_u32 made;
  r_unit done;
  udp_new(family, &made);
  MUST_WASI("new", made);
  resource socket = made.value;
  udp_bind(socket, net, FLAT(any_ip(family)), 0, &done);
  MUST_WASI("bind", done);
  r_u64 sent;
  udp_send_to(socket, "Hello, UDP!", 11, net, FLAT(loopback_ip(family)), atoi(argv[2]), &sent);
  MUST_WASI("send-to", sent);
  r_received got;
  udp_receive_from(socket, 1024, &got);
  MUST_WASI("receive-from", got);
  printf("%.*s from the %s port\n", (int)got.data.length, (const char *)got.data.at,
         got.port == atoi(argv[2]) ? "same" : "wrong");
  drop_udp(socket);
  drop_network(net);
  return 0;
}
