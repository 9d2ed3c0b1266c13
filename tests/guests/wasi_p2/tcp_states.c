// Every method of a TCP socket in every state. Argument: 4 or 6.
#include "guest.h"

enum state { UNBOUND, BIND_STARTED, BOUND, LISTEN_STARTED, LISTENING, CONNECTING, CONNECTED, FAILED,
             STATES };
static const char *const STATE_NAMES[] = {"unbound", "bind started", "bound", "listen started",
                                          "listening", "connecting", "connected", "failed"};
static h32 server;
static int closed_port;

typedef struct { h32 socket, in, out; } sample;

static sample in_state(enum state state) {
  sample s = {.socket = new_tcp()};
  r_unit result = {0};
  switch (state) {
    case UNBOUND:
      break;
    case BIND_STARTED:
      tcp_start_bind(s.socket, net, loopback(0), &result);
      break;
    case BOUND:
      bind_tcp(s.socket, loopback(0));
      break;
    case LISTEN_STARTED:
      bind_tcp(s.socket, loopback(0));
      tcp_start_listen(s.socket, &result);
      break;
    case LISTENING:
      bind_tcp(s.socket, loopback(0));
      listen_tcp(s.socket);
      break;
    case CONNECTING:
      tcp_start_connect(s.socket, net, local_of(server), &result);
      break;
    case CONNECTED: {
      drop_tcp(s.socket);
      connection c = connect_to(local_of(server));
      return (sample){c.socket, c.in, c.out};
    }
    default: {
      tcp_start_connect(s.socket, net, loopback(closed_port), &result);
      r_pair streams;
      for (;;) {
        tcp_finish_connect(s.socket, &streams);
        if (!streams.err) die("connected to a closed port");
        if (streams.code != E_WOULD_BLOCK) break;
        block_on(tcp_subscribe(s.socket));
      }
      break;
    }
  }
  if (result.err) die("in_state");
  return s;
}

static void drop_sample(sample s) {
  if (s.in) drop_in(s.in);
  if (s.out) drop_out(s.out);
  drop_tcp(s.socket);
}

#define SHOW(name, text)                                                  \
  do {                                                                    \
    sample s = in_state(state);                                           \
    printf("%s: %s = %s\n", STATE_NAMES[state], name, text);              \
    drop_sample(s);                                                       \
  } while (0)

static const char *finish_connect(sample *s) {
  r_pair streams;
  tcp_finish_connect(s->socket, &streams);
  if (streams.err) return code(streams.code);
  s->in = streams.in;
  s->out = streams.out;
  return "ok";
}

static const char *address(h32 socket, void (*get)(h32, r_addr *)) {
  r_addr result;
  get(socket, &result);
  if (result.err) return code(result.code);
  return port_of(result.addr) ? "an address" : "no port";
}

static const char *accept_one(h32 socket) {
  r_accept result;
  tcp_accept(socket, &result);
  return result.err ? code(result.code) : "ok";
}

static const char *get_u64(h32 socket, void (*get)(h32, r_u64 *)) {
  r_u64 result;
  get(socket, &result);
  return result.err ? code(result.code) : result.val ? "above 0" : "0";
}

static const char *set_u64(h32 socket, void (*set)(h32, uint64_t, r_unit *), uint64_t value) {
  r_unit result;
  set(socket, value, &result);
  return unit(result);
}

static const char *get_u8(h32 socket, void (*get)(h32, r_u8 *)) {
  r_u8 result;
  get(socket, &result);
  return result.err ? code(result.code) : result.val ? "above 0" : "0";
}

static const char *set_int(h32 socket, void (*set)(h32, int32_t, r_unit *), int value) {
  r_unit result;
  set(socket, value, &result);
  return unit(result);
}

static const char *get_count(h32 socket) {
  r_u32 result;
  tcp_keep_alive_count(socket, &result);
  return result.err ? code(result.code) : result.val ? "above 0" : "0";
}

static const char *set_count(h32 socket, uint32_t value) {
  r_unit result;
  tcp_set_keep_alive_count(socket, value, &result);
  return unit(result);
}

static const char *start(h32 socket, int how) {
  r_unit result;
  if (how == 0) tcp_start_bind(socket, net, loopback(0), &result);
  else if (how == 1) tcp_start_connect(socket, net, local_of(server), &result);
  else if (how == 2) tcp_start_listen(socket, &result);
  else if (how == 3) tcp_finish_bind(socket, &result);
  else tcp_finish_listen(socket, &result);
  return unit(result);
}

static const char *ready(h32 socket) {
  h32 pollable = tcp_subscribe(socket);
  int is = pollable_ready(pollable);
  drop_pollable(pollable);
  return is ? "yes" : "no";
}

int main(int argc, char **argv) {
  six = argc > 1 && argv[1][0] == '6';
  net = instance_network();
  server = new_listener();
  h32 unused = new_listener();
  closed_port = port_of(local_of(unused));
  drop_tcp(unused);
  for (enum state state = 0; state < STATES; state++) {
    SHOW("start-bind", start(s.socket, 0));
    SHOW("start-connect", start(s.socket, 1));
    SHOW("start-listen", start(s.socket, 2));
    SHOW("finish-bind", start(s.socket, 3));
    SHOW("finish-listen", start(s.socket, 4));
    // Whether it is done by then is a matter of luck.
    if (state != CONNECTING) SHOW("finish-connect", finish_connect(&s));
    SHOW("accept", accept_one(s.socket));
    SHOW("local-address", address(s.socket, tcp_local_address));
    SHOW("remote-address", address(s.socket, tcp_remote_address));
    SHOW("is-listening", tcp_is_listening(s.socket) ? "true" : "false");
    SHOW("address-family", tcp_address_family(s.socket) == six ? "right" : "wrong");
    SHOW("shutdown receive", set_int(s.socket, tcp_shutdown, SHUT_RECV_));
    SHOW("shutdown send", set_int(s.socket, tcp_shutdown, SHUT_SEND_));
    SHOW("shutdown both", set_int(s.socket, tcp_shutdown, SHUT_BOTH_));
    SHOW("set-listen-backlog-size", set_u64(s.socket, tcp_set_listen_backlog_size, 32));
    SHOW("set-listen-backlog-size 0", set_u64(s.socket, tcp_set_listen_backlog_size, 0));
    SHOW("keep-alive-enabled", get_u8(s.socket, tcp_keep_alive_enabled));
    SHOW("set-keep-alive-enabled", set_int(s.socket, tcp_set_keep_alive_enabled, 1));
    SHOW("keep-alive-idle-time", get_u64(s.socket, tcp_keep_alive_idle_time));
    SHOW("set-keep-alive-idle-time", set_u64(s.socket, tcp_set_keep_alive_idle_time, 7200000000000));
    SHOW("set-keep-alive-idle-time 0", set_u64(s.socket, tcp_set_keep_alive_idle_time, 0));
    SHOW("keep-alive-interval", get_u64(s.socket, tcp_keep_alive_interval));
    SHOW("set-keep-alive-interval", set_u64(s.socket, tcp_set_keep_alive_interval, 75000000000));
    SHOW("set-keep-alive-interval 0", set_u64(s.socket, tcp_set_keep_alive_interval, 0));
    SHOW("keep-alive-count", get_count(s.socket));
    SHOW("set-keep-alive-count", set_count(s.socket, 9));
    SHOW("set-keep-alive-count 0", set_count(s.socket, 0));
    SHOW("hop-limit", get_u8(s.socket, tcp_hop_limit));
    SHOW("set-hop-limit", set_int(s.socket, tcp_set_hop_limit, 64));
    SHOW("set-hop-limit 0", set_int(s.socket, tcp_set_hop_limit, 0));
    SHOW("receive-buffer-size", get_u64(s.socket, tcp_receive_buffer_size));
    SHOW("set-receive-buffer-size", set_u64(s.socket, tcp_set_receive_buffer_size, 65536));
    SHOW("set-receive-buffer-size 0", set_u64(s.socket, tcp_set_receive_buffer_size, 0));
    SHOW("send-buffer-size", get_u64(s.socket, tcp_send_buffer_size));
    SHOW("set-send-buffer-size", set_u64(s.socket, tcp_set_send_buffer_size, 65536));
    SHOW("set-send-buffer-size 0", set_u64(s.socket, tcp_set_send_buffer_size, 0));
    if (state != CONNECTING) SHOW("ready", ready(s.socket));
  }
  return 0;
}
