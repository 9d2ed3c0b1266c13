// A datagram and its answer: socket_udp 0.0.0.0|:: HOST PORT.
#include "core_libs.h"

int main(int argc, char **argv) {
  r_u32 made;
  r_unit done;
  create_socket(family_of(argv[1]), UDP, &made);
  MUST("create-socket", made);
  uint32_t socket = made.value;
  bind_(socket, argv[1], strlen(argv[1]), 0, &done);
  MUST("bind", done);
  r_u64 sent;
  send_to(socket, "Hello UDP", 9, argv[2], strlen(argv[2]), atoi(argv[3]), &sent);
  MUST("send-to", sent);
  r_datagram got;
  receive_from(socket, 4096, &got);
  MUST("receive-from", got);
  address from = got.value.from;
  printf("%.*s from %.*s, the %s port\n", (int)got.value.data.length,
         (const char *)got.value.data.at, (int)from.host.length, from.host.at,
         from.port == atoi(argv[3]) ? "same" : "wrong");
  close_(socket, &done);
  MUST("close", done);
  return 0;
}
