// What a TCP socket may be bound and connected to. Argument: 4 or 6.
#include "guest.h"

static const char *bind_to(h32 socket, sockaddr_c address) {
  r_unit result;
  tcp_start_bind(socket, net, address, &result);
  if (!result.err) tcp_finish_bind(socket, &result);
  return unit(result);
}

static void show_bind(const char *name, sockaddr_c address) {
  h32 socket = new_tcp();
  const char *result = bind_to(socket, address);
  printf("bind to %s = %s\n", name, result);
  if (!strcmp(result, "ok")) {
    sockaddr_c local = local_of(socket);
    printf("  local-address: %s, %s\n", host_of(local), port_of(local) ? "a port" : "no port");
  } else {
    printf("  then to loopback = %s\n", bind_to(socket, loopback(0)));
  }
  drop_tcp(socket);
}

static const char *start_connect(h32 socket, sockaddr_c address) {
  r_unit result;
  tcp_start_connect(socket, net, address, &result);
  return unit(result);
}

static void show_connect(const char *name, sockaddr_c address) {
  h32 socket = new_tcp();
  printf("connect to %s = %s\n", name, start_connect(socket, address));
  drop_tcp(socket);
}

static sockaddr_c other_family(int port) {
  six = !six;
  sockaddr_c address = loopback(port);
  six = !six;
  return address;
}

int main(int argc, char **argv) {
  six = argc > 1 && argv[1][0] == '6';
  net = instance_network();
  show_bind("loopback", loopback(0));
  show_bind("the unspecified address", unspecified(0));
  show_bind("the other family", other_family(0));
  if (six) {
    show_bind("multicast", V6(0xff00, 0, 0, 0, 0, 0, 0, 0, 0));
    show_bind("multicast of the link", V6(0xff02, 0, 0, 0, 0, 0, 0, 1, 0));
    show_bind("an IPv4-mapped address", V6(0, 0, 0, 0, 0, 0xffff, 0x7f00, 1, 0));
    show_bind("an IPv4-compatible address", V6(0, 0, 0, 0, 0, 0, 0x7f00, 1, 0));
    show_bind("a foreign address", V6(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0, 0));
  } else {
    show_bind("another loopback address", V4(127, 1, 2, 3, 0));
    show_bind("broadcast", V4(255, 255, 255, 255, 0));
    show_bind("multicast", V4(224, 254, 0, 0, 0));
    show_bind("the last multicast address", V4(239, 255, 255, 255, 0));
    show_bind("a foreign address", V4(192, 0, 2, 0, 0));
  }

  h32 listener = new_listener();
  sockaddr_c taken = local_of(listener);
  h32 second = new_tcp();
  printf("bind to a port in use = %s\n", bind_to(second, taken));
  drop_tcp(second);

  connection client = connect_to(taken);
  connection server = accept_from(listener);
  sockaddr_c peer = local_of(client.socket);
  r_addr remote;
  tcp_remote_address(server.socket, &remote);
  printf("accept: the peer is %s\n",
         !remote.err && port_of(remote.addr) == port_of(peer) ? "the client" : "another");
  send_all(server.out, "x", 1);
  char byte;
  receive_all(client.in, &byte, 1);
  // The side that closes first keeps the port for a while, TIME_WAIT.
  drop_connection(server);
  printf("end of stream after %zu bytes\n", receive_all(client.in, &byte, 1));
  drop_connection(client);
  drop_tcp(listener);
  h32 again = new_tcp();
  printf("bind again to the port = %s\n", bind_to(again, taken));
  drop_tcp(again);

  show_connect("the unspecified address", unspecified(80));
  show_connect("port 0", loopback(0));
  show_connect("the other family", other_family(80));
  if (six) {
    show_connect("multicast", V6(0xff00, 0, 0, 0, 0, 0, 0, 0, 80));
    show_connect("an IPv4-mapped address", V6(0, 0, 0, 0, 0, 0xffff, 0x7f00, 1, 80));
    show_connect("an IPv4-compatible address", V6(0, 0, 0, 0, 0, 0, 0x7f00, 1, 80));
  } else {
    show_connect("broadcast", V4(255, 255, 255, 255, 80));
    show_connect("multicast", V4(224, 0, 0, 1, 80));
  }

  h32 server_socket = new_listener();
  h32 bound = new_tcp();
  bind_tcp(bound, loopback(0));
  int port = port_of(local_of(bound));
  printf("connect when bound = %s\n", start_connect(bound, local_of(server_socket)));
  r_pair streams;
  for (;;) {
    tcp_finish_connect(bound, &streams);
    if (!streams.err) break;
    if (streams.code != E_WOULD_BLOCK) die(code(streams.code));
    block_on(tcp_subscribe(bound));
  }
  printf("  and has %s\n", port_of(local_of(bound)) == port ? "its port" : "another port");
  tcp_remote_address(bound, &remote);
  printf("  and its peer is %s\n",
         port_of(remote.addr) == port_of(local_of(server_socket)) ? "the server" : "another");
  drop_in(streams.in);
  drop_out(streams.out);
  drop_tcp(bound);
  h32 wildcard = new_tcp();
  bind_tcp(wildcard, unspecified(0));
  listen_tcp(wildcard);
  connection c = connect_to(loopback(port_of(local_of(wildcard))));
  connection s = accept_from(wildcard);
  sockaddr_c at = local_of(s.socket);
  printf("a connection to the unspecified address is at %s\n", host_of(at));
  drop_connection(c);
  drop_connection(s);
  drop_tcp(wildcard);
  drop_tcp(server_socket);
  return 0;
}
