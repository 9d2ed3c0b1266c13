// Connects to 127.0.0.1 or ::1, sends a text and prints what comes back until the peer ends.
// Arguments: 4 or 6, port, text.
#include "guest.h"

int main(int argc, char **argv) {
  if (argc < 4) die("echo_client 4|6 PORT TEXT");
  six = argv[1][0] == '6';
  net = instance_network();
  connection c = connect_to(loopback(atoi(argv[2])));
  send_all(c.out, argv[3], strlen(argv[3]));
  r_unit result;
  tcp_shutdown(c.socket, SHUT_SEND_, &result);
  static char reply[4096];
  size_t length = receive_all(c.in, reply, sizeof reply - 1);
  printf("%.*s\n", (int)length, reply);
  drop_connection(c);
  return 0;
}
