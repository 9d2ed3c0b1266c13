// Options of TCP sockets: defaults, ranges, what is read back, and what accepted sockets inherit.
// Argument: 4 or 6.
#include "guest.h"

#define SECOND 1000000000ull

static const char *set(h32 socket, void (*call)(h32, uint64_t, r_unit *), uint64_t value) {
  r_unit result;
  call(socket, value, &result);
  return unit(result);
}

static uint64_t get(h32 socket, void (*call)(h32, r_u64 *)) {
  r_u64 result;
  call(socket, &result);
  return result.err ? 0 : result.val;
}

static int get_byte(h32 socket, void (*call)(h32, r_u8 *)) {
  r_u8 result;
  call(socket, &result);
  return result.err ? -1 : result.val;
}

static const char *set_int(h32 socket, void (*call)(h32, int32_t, r_unit *), int value) {
  r_unit result;
  call(socket, value, &result);
  return unit(result);
}

static uint32_t get_count(h32 socket) {
  r_u32 result;
  tcp_keep_alive_count(socket, &result);
  return result.err ? 0 : result.val;
}

static const char *set_count(h32 socket, uint32_t value) {
  r_unit result;
  tcp_set_keep_alive_count(socket, value, &result);
  return unit(result);
}

static void show_all(const char *name, h32 socket) {
  printf("%s: keep-alive %d idle %llu interval %llu count %u hops %d receive %llu send %llu\n", name,
         get_byte(socket, tcp_keep_alive_enabled),
         (unsigned long long)(get(socket, tcp_keep_alive_idle_time) / SECOND),
         (unsigned long long)(get(socket, tcp_keep_alive_interval) / SECOND), get_count(socket),
         get_byte(socket, tcp_hop_limit),
         (unsigned long long)get(socket, tcp_receive_buffer_size),
         (unsigned long long)get(socket, tcp_send_buffer_size));
}

static void set_all(h32 socket) {
  printf("set: %s %s %s %s %s %s %s\n", set_int(socket, tcp_set_keep_alive_enabled, 1),
         set(socket, tcp_set_keep_alive_idle_time, 42 * SECOND),
         set(socket, tcp_set_keep_alive_interval, 42 * SECOND), set_count(socket, 42),
         set_int(socket, tcp_set_hop_limit, 42), set(socket, tcp_set_receive_buffer_size, 0x10000),
         set(socket, tcp_set_send_buffer_size, 0x10000));
}

int main(int argc, char **argv) {
  six = argc > 1 && argv[1][0] == '6';
  net = instance_network();
  h32 socket = new_tcp();
  printf("defaults: keep-alive %d, hops %d\n", get_byte(socket, tcp_keep_alive_enabled),
         get_byte(socket, tcp_hop_limit));
  printf("idle-time above 0: %d\n", get(socket, tcp_keep_alive_idle_time) > 0);
  printf("interval above 0: %d\n", get(socket, tcp_keep_alive_interval) > 0);
  printf("count above 0: %d\n", get_count(socket) > 0);
  printf("receive-buffer-size above 0: %d\n", get(socket, tcp_receive_buffer_size) > 0);
  printf("send-buffer-size above 0: %d\n", get(socket, tcp_send_buffer_size) > 0);

  printf("backlog: %s %s %s\n", set(socket, tcp_set_listen_backlog_size, 0),
         set(socket, tcp_set_listen_backlog_size, 1),
         set(socket, tcp_set_listen_backlog_size, UINT64_MAX));
  printf("keep-alive: %s %s\n", set_int(socket, tcp_set_keep_alive_enabled, 1),
         set_int(socket, tcp_set_keep_alive_enabled, 0));
  printf("idle-time: %s %s %s\n", set(socket, tcp_set_keep_alive_idle_time, 0),
         set(socket, tcp_set_keep_alive_idle_time, 1),
         set(socket, tcp_set_keep_alive_idle_time, UINT64_MAX));
  printf("interval: %s %s %s\n", set(socket, tcp_set_keep_alive_interval, 0),
         set(socket, tcp_set_keep_alive_interval, 1),
         set(socket, tcp_set_keep_alive_interval, UINT64_MAX));
  printf("count: %s %s %s\n", set_count(socket, 0), set_count(socket, 1),
         set_count(socket, UINT32_MAX));
  printf("hop-limit: %s %s %s\n", set_int(socket, tcp_set_hop_limit, 0),
         set_int(socket, tcp_set_hop_limit, 1), set_int(socket, tcp_set_hop_limit, 255));
  printf("receive-buffer-size: %s %s %s\n", set(socket, tcp_set_receive_buffer_size, 0),
         set(socket, tcp_set_receive_buffer_size, 1),
         set(socket, tcp_set_receive_buffer_size, UINT64_MAX));
  printf("send-buffer-size: %s %s %s\n", set(socket, tcp_set_send_buffer_size, 0),
         set(socket, tcp_set_send_buffer_size, 1),
         set(socket, tcp_set_send_buffer_size, UINT64_MAX));
  drop_tcp(socket);

  socket = new_tcp();
  set(socket, tcp_set_keep_alive_idle_time, 1);
  set(socket, tcp_set_keep_alive_interval, 1);
  printf("1 ns: idle %d interval %d\n",
         get(socket, tcp_keep_alive_idle_time) > 0 &&
             get(socket, tcp_keep_alive_idle_time) <= SECOND,
         get(socket, tcp_keep_alive_interval) > 0 &&
             get(socket, tcp_keep_alive_interval) <= SECOND);
  set_all(socket);
  show_all("read back", socket);
  drop_tcp(socket);

  h32 listener = new_tcp();
  bind_tcp(listener, loopback(0));
  listen_tcp(listener);
  set_all(listener);
  connection client = connect_to(local_of(listener));
  connection server = accept_from(listener);
  show_all("accepted", server.socket);
  printf("family %s\n", tcp_address_family(server.socket) == six ? "right" : "wrong");
  // What is set from now on is each socket's own.
  set_int(server.socket, tcp_set_hop_limit, 43);
  set_int(server.socket, tcp_set_keep_alive_enabled, 0);
  set_count(server.socket, 43);
  set(server.socket, tcp_set_keep_alive_idle_time, 43 * SECOND);
  show_all("changed", server.socket);
  show_all("listener", listener);
  drop_connection(client);
  drop_connection(server);
  drop_tcp(listener);
  return 0;
}
