// UDP sockets: states, addresses, options, streams and traffic. Argument: 4 or 6.
#include "guest.h"

typedef struct { h32 in, out; } streams;

static const char *stream_to(h32 socket, const sockaddr_c *peer, streams *made) {
  r_pair result;
  udp_stream(socket, peer, &result);
  if (result.err) return code(result.code);
  made->in = result.in;
  made->out = result.out;
  return "ok";
}

static streams open_streams(h32 socket, const sockaddr_c *peer) {
  streams made;
  if (strcmp(stream_to(socket, peer, &made), "ok")) die("stream");
  return made;
}

static void drop_streams(streams s) {
  drop_indg(s.in);
  drop_outdg(s.out);
}

static const char *address(h32 socket, void (*get)(h32, r_addr *)) {
  r_addr result;
  get(socket, &result);
  if (result.err) return code(result.code);
  return port_of(result.addr) ? "an address" : "no port";
}

static const char *bind_to(h32 socket, sockaddr_c to) {
  r_unit result;
  udp_start_bind(socket, net, to, &result);
  if (!result.err) udp_finish_bind(socket, &result);
  return unit(result);
}

static const char *finish(h32 socket) {
  r_unit result;
  udp_finish_bind(socket, &result);
  return unit(result);
}

static const char *start(h32 socket) {
  r_unit result;
  udp_start_bind(socket, net, loopback(0), &result);
  return unit(result);
}

static int ready(h32 socket) {
  h32 pollable = udp_subscribe(socket);
  int is = pollable_ready(pollable);
  drop_pollable(pollable);
  return is;
}

static void show_state(const char *state, h32 socket) {
  r_u8 hops;
  udp_unicast_hop_limit(socket, &hops);
  r_u64 receive, send;
  udp_receive_buffer_size(socket, &receive);
  udp_send_buffer_size(socket, &send);
  printf("%s: finish-bind %s, local-address %s, remote-address %s, family %s, hops %d, receive %d, "
         "send %d, ready %d\n",
         state, finish(socket), address(socket, udp_local_address),
         address(socket, udp_remote_address), udp_address_family(socket) == six ? "right" : "wrong",
         hops.err ? -1 : hops.val, !receive.err && receive.val > 0, !send.err && send.val > 0,
         ready(socket));
}

static void states(void) {
  h32 other = new_udp();
  bind_udp(other, loopback(0));
  sockaddr_c peer = local_of_udp(other);
  h32 socket = new_udp();
  streams s;
  printf("unbound: stream %s, stream to a peer %s\n", stream_to(socket, NULL, &s),
         stream_to(socket, &peer, &s));
  // Left as it is, since wasmtime 50 keeps the streams that it did not return.
  socket = new_udp();
  show_state("unbound", socket);
  drop_udp(socket);
  socket = new_udp();
  printf("bind started: %s, stream %s\n", start(socket), stream_to(socket, NULL, &s));
  socket = new_udp();
  printf("bind started: %s, start-bind %s\n", start(socket), start(socket));
  printf("  local-address %s, remote-address %s, finish-bind %s\n",
         address(socket, udp_local_address), address(socket, udp_remote_address), finish(socket));
  show_state("bound", socket);
  printf("bound: start-bind %s\n", start(socket));
  s = open_streams(socket, &peer);
  show_state("connected", socket);
  printf("connected: start-bind %s\n", start(socket));
  drop_streams(s);
  s = open_streams(socket, NULL);
  show_state("disconnected", socket);
  drop_streams(s);
  drop_udp(socket);
  drop_udp(other);
}

static void show_bind(const char *name, sockaddr_c to) {
  h32 socket = new_udp();
  const char *result = bind_to(socket, to);
  printf("bind to %s = %s", name, result);
  if (!strcmp(result, "ok")) {
    sockaddr_c local = local_of_udp(socket);
    printf(", at %s, %s\n", host_of(local), port_of(local) ? "a port" : "no port");
  } else {
    printf(", then to loopback = %s\n", bind_to(socket, loopback(0)));
  }
  drop_udp(socket);
}

static void show_peer(h32 socket, const char *name, sockaddr_c to) {
  streams s;
  const char *result = stream_to(socket, &to, &s);
  printf("stream to %s = %s\n", name, result);
  if (!strcmp(result, "ok")) drop_streams(s);
}

static sockaddr_c other_family(int port) {
  six = !six;
  sockaddr_c other = loopback(port);
  six = !six;
  return other;
}

static void addresses(void) {
  show_bind("loopback", loopback(0));
  show_bind("the unspecified address", unspecified(0));
  show_bind("the other family", other_family(0));
  if (six) {
    show_bind("an IPv4-mapped address", V6(0, 0, 0, 0, 0, 0xffff, 0x7f00, 1, 0));
    show_bind("a foreign address", V6(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0, 0));
  } else {
    show_bind("a foreign address", V4(192, 0, 2, 0, 0));
  }
  h32 socket = new_udp(), second = new_udp();
  bind_udp(socket, loopback(0));
  printf("bind to a port in use = %s\n", bind_to(second, local_of_udp(socket)));
  drop_udp(second);
  show_peer(socket, "the unspecified address", unspecified(80));
  show_peer(socket, "port 0", loopback(0));
  show_peer(socket, "the other family", other_family(80));
  if (six) show_peer(socket, "an IPv4-mapped address", V6(0, 0, 0, 0, 0, 0xffff, 0x7f00, 1, 80));
  show_peer(socket, "loopback", loopback(80));
  drop_udp(socket);
}

static const char *set_u64(h32 socket, void (*call)(h32, uint64_t, r_unit *), uint64_t value) {
  r_unit result;
  call(socket, value, &result);
  return unit(result);
}

static const char *set_hops(h32 socket, int value) {
  r_unit result;
  udp_set_unicast_hop_limit(socket, value, &result);
  return unit(result);
}

static void options(void) {
  h32 socket = new_udp();
  printf("hop-limit: %s %s %s\n", set_hops(socket, 0), set_hops(socket, 1), set_hops(socket, 255));
  printf("receive-buffer-size: %s %s %s\n", set_u64(socket, udp_set_receive_buffer_size, 0),
         set_u64(socket, udp_set_receive_buffer_size, 1),
         set_u64(socket, udp_set_receive_buffer_size, UINT64_MAX));
  printf("send-buffer-size: %s %s %s\n", set_u64(socket, udp_set_send_buffer_size, 0),
         set_u64(socket, udp_set_send_buffer_size, 1),
         set_u64(socket, udp_set_send_buffer_size, UINT64_MAX));
  printf("set: %s %s %s\n", set_hops(socket, 42),
         set_u64(socket, udp_set_receive_buffer_size, 0x10000),
         set_u64(socket, udp_set_send_buffer_size, 0x10000));
  r_u8 hops;
  udp_unicast_hop_limit(socket, &hops);
  r_u64 receive, send;
  udp_receive_buffer_size(socket, &receive);
  udp_send_buffer_size(socket, &send);
  printf("read back: %d %llu %llu\n", hops.err ? -1 : hops.val, (unsigned long long)receive.val,
         (unsigned long long)send.val);
  drop_udp(socket);
}

static const char *send_one(h32 out, const char *data, size_t size, const sockaddr_c *to) {
  static char text[32];
  r_u64 result;
  outdg_check_send(out, &result);
  if (result.err) return code(result.code);
  if (result.val == 0) block_on(outdg_subscribe(out));
  outdgram datagram = {.ptr = (const uint8_t *)data, .len = size, .has_to = to != NULL};
  if (to) datagram.to = *to;
  outdg_send(out, &datagram, 1, &result);
  if (result.err) return code(result.code);
  snprintf(text, sizeof text, "%llu", (unsigned long long)result.val);
  return text;
}

// Receives one datagram and says who has sent it.
static void show_received(h32 in, sockaddr_c a, sockaddr_c b) {
  r_indgrams result;
  block_on(indg_subscribe(in));
  indg_receive(in, 1, &result);
  if (result.err) {
    printf("receive: %s\n", code(result.code));
    return;
  }
  if (result.len == 0) {
    printf("receive: nothing\n");
    return;
  }
  int port = port_of(result.ptr[0].from);
  printf("receive: \"%.*s\" from %s\n", (int)result.ptr[0].len, result.ptr[0].ptr,
         port == port_of(a) ? "a" : port == port_of(b) ? "b" : "?");
}

static void connecting(void) {
  h32 socket = new_udp(), one = new_udp(), two = new_udp();
  bind_udp(socket, unspecified(0));
  bind_udp(one, loopback(0));
  bind_udp(two, loopback(0));
  sockaddr_c a = local_of_udp(one), b = local_of_udp(two);
  int port = port_of(local_of_udp(socket));
  const sockaddr_c *sequence[] = {NULL, NULL, &a, &a, &b, NULL, &a};
  for (int step = 0; step < 7; step++) {
    streams s = open_streams(socket, sequence[step]);
    r_addr remote;
    udp_remote_address(socket, &remote);
    printf("step %d: remote-address %s, the port is the %s\n", step,
           remote.err                                  ? code(remote.code)
           : port_of(remote.addr) == port_of(a) ? "a"
           : port_of(remote.addr) == port_of(b) ? "b"
                                                : "?",
           port_of(local_of_udp(socket)) == port ? "same" : "other");
    drop_streams(s);
  }
  int good = 0;
  for (int round = 0; round < 256; round++) {
    streams s = open_streams(socket, &a);
    block_on(outdg_subscribe(s.out));
    r_u64 permit;
    outdg_check_send(s.out, &permit);
    outdgram datagram = {.ptr = (const uint8_t *)"x", .len = 1};
    r_u64 sent;
    outdg_send(s.out, &datagram, 1, &sent);
    good += !permit.err && permit.val > 0 && !sent.err && sent.val == 1;
    drop_streams(s);
  }
  printf("%d of 256 sent after connecting\n", good);
  drop_udp(socket);
  drop_udp(one);
  drop_udp(two);
}

static void traffic(void) {
  h32 server = new_udp(), one = new_udp(), two = new_udp();
  bind_udp(server, loopback(0));
  bind_udp(one, loopback(0));
  bind_udp(two, loopback(0));
  sockaddr_c at = local_of_udp(server), a = local_of_udp(one), b = local_of_udp(two);
  streams s = open_streams(server, NULL), from_a = open_streams(one, &at),
          from_b = open_streams(two, NULL);
  r_indgrams nothing;
  indg_receive(s.in, 16, &nothing);
  printf("nothing there: %s, %u datagrams\n", nothing.err ? code(nothing.code) : "ok", nothing.len);
  printf("connected: %s", send_one(from_a.out, "", 0, NULL));
  printf(" %s", send_one(from_a.out, "Hello, world!", 13, NULL));
  printf(" %s", send_one(from_a.out, "with address", 12, &at));
  printf(" %s\n", send_one(from_a.out, "elsewhere", 9, &b));
  show_received(s.in, a, b);
  show_received(s.in, a, b);
  show_received(s.in, a, b);
  sockaddr_c none = unspecified(80), no_port = loopback(0), wrong = other_family(80);
  printf("unconnected: %s", send_one(from_b.out, "Hello!", 6, &at));
  printf(" %s", send_one(from_b.out, "x", 1, NULL));
  printf(" %s", send_one(from_b.out, "x", 1, &none));
  printf(" %s", send_one(from_b.out, "x", 1, &no_port));
  printf(" %s\n", send_one(from_b.out, "x", 1, &wrong));
  show_received(s.in, a, b);
  static char big[70000];
  printf("too large: %s\n", send_one(from_b.out, big, sizeof big, &at));

  outdgram two_at_once[2] = {{.ptr = (const uint8_t *)"first", .len = 5},
                             {.ptr = (const uint8_t *)"second", .len = 6}};
  r_u64 sent;
  outdg_check_send(from_a.out, &sent);
  outdg_send(from_a.out, two_at_once, 2, &sent);
  printf("two at once: %llu\n", (unsigned long long)(sent.err ? 99 : sent.val));
  show_received(s.in, a, b);
  show_received(s.in, a, b);
  outdg_check_send(from_a.out, &sent);
  outdg_send(from_a.out, two_at_once, 0, &sent);
  printf("none at once: %llu\n", (unsigned long long)(sent.err ? 99 : sent.val));

  // What came from others before is not seen once there is a peer.
  send_one(from_a.out, "hidden", 6, NULL);
  send_one(from_b.out, "shown", 5, &at);
  block_on(indg_subscribe(s.in));
  drop_streams(s);
  s = open_streams(server, &b);
  show_received(s.in, a, b);
  r_indgrams rest;
  indg_receive(s.in, 16, &rest);
  printf("then %u datagrams\n", rest.err ? 99 : rest.len);
  drop_streams(s);
  drop_streams(from_a);
  drop_streams(from_b);
  drop_udp(one);
  drop_udp(two);

  // A port that nobody has any more.
  h32 gone = new_udp();
  bind_udp(gone, loopback(0));
  sockaddr_c nowhere = local_of_udp(gone);
  drop_udp(gone);
  s = open_streams(server, &nowhere);
  printf("to nobody: %s\n", send_one(s.out, "x", 1, NULL));
  h32 wait[2] = {indg_subscribe(s.in), mono_subscribe_duration(5000000000)};
  list_u32 which;
  wasi_poll(wait, 2, &which);
  free(which.ptr);
  drop_pollable(wait[0]);
  drop_pollable(wait[1]);
  indg_receive(s.in, 16, &rest);
  printf("receive: %s\n", rest.err ? code(rest.code) : rest.len ? "something" : "nothing");
  drop_streams(s);
  drop_udp(server);
}

int main(int argc, char **argv) {
  six = argc > 1 && argv[1][0] == '6';
  net = instance_network();
  states();
  addresses();
  options();
  connecting();
  traffic();
  return 0;
}
