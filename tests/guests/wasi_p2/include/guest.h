// What the guests share: names, setting up, and printing.
#ifndef GUEST_H
#define GUEST_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "wasi02.h"

// The linker would wrap every export so that standard output is flushed at its end, cabi_realloc's
// too, where nothing may be called; not if _start is here.
void __wasm_call_ctors(void);
void __wasm_call_dtors(void);
int __main_void(void);

__attribute__((export_name("_start"))) void _start(void) {
  __wasm_call_ctors();
  int status = __main_void();
  __wasm_call_dtors();
  if (status) exit(status);
}

__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t old_size,
                                                                 size_t align, size_t size) {
  (void)old_size;
  (void)align;
  void *room = realloc(old, size ? size : 1);
  if (!room) __builtin_trap();
  return room;
}

static const char *const CODES[] = {
    "unknown", "access-denied", "not-supported", "invalid-argument", "out-of-memory", "timeout",
    "concurrency-conflict", "not-in-progress", "would-block", "invalid-state", "new-socket-limit",
    "address-not-bindable", "address-in-use", "remote-unreachable", "connection-refused",
    "connection-reset", "connection-aborted", "datagram-too-large", "name-unresolvable",
    "temporary-resolver-failure", "permanent-resolver-failure"};

static const char *code(uint8_t number) {
  return number < sizeof CODES / sizeof *CODES ? CODES[number] : "?";
}

static const char *unit(r_unit result) { return result.err ? code(result.code) : "ok"; }

static const char *stream_error(stream_err error) {
  if (error.tag == 1) return "closed";
  drop_error(error.error);
  return "failed";
}

static h32 net;  // the network, made by main
static int six;  // whether addresses are of IPv6

static sockaddr_c loopback(int port) {
  return six ? V6(0, 0, 0, 0, 0, 0, 0, 1, port) : V4(127, 0, 0, 1, port);
}

static sockaddr_c unspecified(int port) {
  return six ? V6(0, 0, 0, 0, 0, 0, 0, 0, port) : V4(0, 0, 0, 0, port);
}

static int port_of(sockaddr_c address) { return address.tag ? address.v6.port : address.v4.port; }

static const char *host_of(sockaddr_c address) {
  static char text[64];
  if (!address.tag) {
    const uint8_t *a = address.v4.a;
    snprintf(text, sizeof text, "%d.%d.%d.%d", a[0], a[1], a[2], a[3]);
  } else {
    const uint16_t *a = address.v6.a;
    snprintf(text, sizeof text, "%x:%x:%x:%x:%x:%x:%x:%x", a[0], a[1], a[2], a[3], a[4], a[5], a[6],
             a[7]);
  }
  return text;
}

static void die(const char *what) {
  printf("FAILED: %s\n", what);
  exit(1);
}

static void block_on(h32 pollable) {
  pollable_block(pollable);
  drop_pollable(pollable);
}

static h32 new_tcp(void) {
  r_u32 made;
  create_tcp_socket(six, &made);
  if (made.err) die("create-tcp-socket");
  return made.val;
}

static h32 new_udp(void) {
  r_u32 made;
  create_udp_socket(six, &made);
  if (made.err) die("create-udp-socket");
  return made.val;
}

static void bind_tcp(h32 socket, sockaddr_c address) {
  r_unit result;
  tcp_start_bind(socket, net, address, &result);
  if (!result.err) tcp_finish_bind(socket, &result);
  if (result.err) die("bind");
}

static void listen_tcp(h32 socket) {
  r_unit result;
  tcp_start_listen(socket, &result);
  if (!result.err) tcp_finish_listen(socket, &result);
  if (result.err) die("listen");
}

static h32 new_listener(void) {
  h32 socket = new_tcp();
  bind_tcp(socket, loopback(0));
  listen_tcp(socket);
  return socket;
}

static sockaddr_c local_of(h32 socket) {
  r_addr result;
  tcp_local_address(socket, &result);
  if (result.err) die("local-address");
  return result.addr;
}

typedef struct { h32 socket, in, out; } connection;

static connection connect_to(sockaddr_c address) {
  connection made = {.socket = new_tcp()};
  r_unit started;
  tcp_start_connect(made.socket, net, address, &started);
  if (started.err) die("start-connect");
  r_pair streams;
  for (;;) {
    tcp_finish_connect(made.socket, &streams);
    if (!streams.err) break;
    if (streams.code != E_WOULD_BLOCK) die(code(streams.code));
    block_on(tcp_subscribe(made.socket));
  }
  made.in = streams.in;
  made.out = streams.out;
  return made;
}

static connection accept_from(h32 listener) {
  r_accept result;
  for (;;) {
    tcp_accept(listener, &result);
    if (!result.err) break;
    if (result.code != E_WOULD_BLOCK) die(code(result.code));
    block_on(tcp_subscribe(listener));
  }
  return (connection){result.sock, result.in, result.out};
}

static void drop_connection(connection c) {
  drop_in(c.in);
  drop_out(c.out);
  drop_tcp(c.socket);
}

static void send_all(h32 out, const void *bytes, size_t size) {
  for (size_t done = 0; done < size;) {
    size_t part = size - done < 4096 ? size - done : 4096;
    rs_unit result;
    out_blocking_write_and_flush(out, (const char *)bytes + done, part, &result);
    if (result.err) die("blocking-write-and-flush");
    done += part;
  }
}

// Reads until `size` bytes are there or the stream is closed; returns how many there were.
static size_t receive_all(h32 in, void *bytes, size_t size) {
  size_t got = 0;
  while (got < size) {
    rs_bytes result;
    in_blocking_read(in, size - got, &result);
    if (result.err) {
      stream_error(result.e);
      break;
    }
    memcpy((char *)bytes + got, result.ptr, result.len);
    got += result.len;
    free(result.ptr);
  }
  return got;
}

static void bind_udp(h32 socket, sockaddr_c address) {
  r_unit result;
  udp_start_bind(socket, net, address, &result);
  if (!result.err) udp_finish_bind(socket, &result);
  if (result.err) die("bind");
}

static sockaddr_c local_of_udp(h32 socket) {
  r_addr result;
  udp_local_address(socket, &result);
  if (result.err) die("local-address");
  return result.addr;
}
#endif
