// Bindings for scheduler:core-libs@0.1.0 by the canonical ABI, and what the guests share.
#ifndef CORE_LIBS_H
#define CORE_LIBS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMPORT(interface, name) \
  __attribute__((import_module("scheduler:core-libs/" interface "@0.1.0"), import_name(name)))
#define POLL(name) __attribute__((import_module("wasi:io/poll@0.2.12"), import_name(name)))

typedef int32_t resource;
typedef struct { const char *at; uint32_t length; } text;

// What functions return through a pointer. Errors are the number of a case.
typedef struct { uint8_t failed; uint8_t error; } r_unit;
typedef struct { uint8_t failed; union { uint32_t value; uint8_t error; }; } r_u32;
typedef struct { uint8_t failed; union { uint64_t value; uint8_t error; }; } r_u64;
typedef struct { uint8_t *at; uint32_t length; } bytes;
typedef struct { uint8_t failed; union { bytes value; uint8_t error; }; } r_bytes;
typedef struct { text host; uint16_t port; } address;
typedef struct { uint8_t failed; union { address value; uint8_t error; }; } r_address;
typedef struct { bytes data; address from; } datagram;
typedef struct { uint8_t failed; union { datagram value; uint8_t error; }; } r_datagram;

enum { IPV4, IPV6 };
enum { TCP, UDP };
enum { READ, WRITE };
enum { SHUT_RECEIVE, SHUT_SEND, SHUT_BOTH };

static const char *const SOCKET_ERRORS[] = {
    "connection-refused", "connection-reset", "connection-aborted", "network-unreachable",
    "address-in-use", "address-not-available", "timeout", "would-block", "invalid-input", "other"};
enum { WOULD_BLOCK = 7 };

static const char *const ERROR_CODES[] = {
    "unknown", "access-denied", "not-supported", "invalid-argument", "out-of-memory", "timeout",
    "would-block", "invalid-state", "address-not-bindable", "address-in-use", "remote-unreachable",
    "connection-refused", "connection-reset", "connection-aborted", "name-unresolvable"};

// ---- socket
#define SOCKET "socket"
IMPORT(SOCKET, "create-socket") void create_socket(int32_t family, int32_t protocol, r_u32 *);
IMPORT(SOCKET, "connect") void connect_(uint32_t, const char *host, uint32_t, int32_t port, r_unit *);
IMPORT(SOCKET, "bind") void bind_(uint32_t, const char *host, uint32_t, int32_t port, r_unit *);
IMPORT(SOCKET, "listen") void listen_(uint32_t, uint32_t backlog, r_unit *);
IMPORT(SOCKET, "accept") void accept_(uint32_t, r_u32 *);
IMPORT(SOCKET, "send") void send_(uint32_t, const void *, uint32_t, r_u64 *);
IMPORT(SOCKET, "receive") void receive_(uint32_t, uint64_t, r_bytes *);
IMPORT(SOCKET, "send-to") void send_to(uint32_t, const void *, uint32_t, const char *host, uint32_t,
                                       int32_t port, r_u64 *);
IMPORT(SOCKET, "receive-from") void receive_from(uint32_t, uint64_t, r_datagram *);
IMPORT(SOCKET, "close") void close_(uint32_t, r_unit *);
IMPORT(SOCKET, "set-read-timeout") void set_read_timeout(uint32_t, int32_t some, uint64_t, r_unit *);
IMPORT(SOCKET, "set-write-timeout") void set_write_timeout(uint32_t, int32_t some, uint64_t, r_unit *);
IMPORT(SOCKET, "set-reuse-address") void set_reuse_address(uint32_t, int32_t, r_unit *);
IMPORT(SOCKET, "get-local-address") void get_local_address(uint32_t, r_address *);
IMPORT(SOCKET, "get-peer-address") void get_peer_address(uint32_t, r_address *);

// ---- wasi-network, wasi-tcp, wasi-udp
typedef struct { uint8_t tag; union { uint8_t v4[4]; uint16_t v6[8]; } __attribute__((aligned(2))); } ip;
typedef struct { uint8_t failed; union { struct { ip host; uint16_t port; }; uint8_t error; }; } r_name;
typedef struct {
  uint8_t failed;
  union { struct { resource socket; ip host; uint16_t port; }; uint8_t error; };
} r_accepted;
typedef struct {
  uint8_t failed;
  union { struct { bytes data; ip host; uint16_t port; }; uint8_t error; };
} r_received;
typedef struct { uint8_t failed; union { struct { ip *at; uint32_t length; }; uint8_t error; }; } r_names;
_Static_assert(sizeof(ip) == 18 && offsetof(ip, v6) == 2, "layout");
_Static_assert(offsetof(r_name, host) == 2 && offsetof(r_name, port) == 20, "layout");
_Static_assert(offsetof(r_accepted, host) == 8 && offsetof(r_accepted, port) == 26, "layout");
_Static_assert(offsetof(r_received, host) == 12 && offsetof(r_received, port) == 30, "layout");

// An address as flat arguments, and how one is passed.
#define IP int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t
#define FLAT(a)                                                                                   \
  (a).tag, (a).tag ? (a).v6[0] : (a).v4[0], (a).tag ? (a).v6[1] : (a).v4[1],                      \
      (a).tag ? (a).v6[2] : (a).v4[2], (a).tag ? (a).v6[3] : (a).v4[3], (a).tag ? (a).v6[4] : 0,  \
      (a).tag ? (a).v6[5] : 0, (a).tag ? (a).v6[6] : 0, (a).tag ? (a).v6[7] : 0

#define NETWORK "wasi-network"
IMPORT(NETWORK, "get-network") resource get_network(void);
IMPORT(NETWORK, "get-named-network") void get_named_network(const char *, uint32_t, r_u32 *);
IMPORT(NETWORK, "resolve-name") void resolve_name(resource, const char *, uint32_t, r_names *);
IMPORT(NETWORK, "[resource-drop]network") void drop_network(resource);
#define WTCP "wasi-tcp"
IMPORT(WTCP, "[static]tcp-socket.new") void tcp_new(int32_t family, r_u32 *);
IMPORT(WTCP, "[method]tcp-socket.connect") void tcp_connect(resource, resource, IP, int32_t, r_unit *);
IMPORT(WTCP, "[method]tcp-socket.bind") void tcp_bind(resource, resource, IP, int32_t, r_unit *);
IMPORT(WTCP, "[method]tcp-socket.listen") void tcp_listen(resource, uint32_t, r_unit *);
IMPORT(WTCP, "[method]tcp-socket.accept") void tcp_accept(resource, r_accepted *);
IMPORT(WTCP, "[method]tcp-socket.send") void tcp_send(resource, const void *, uint32_t, r_u64 *);
IMPORT(WTCP, "[method]tcp-socket.receive") void tcp_receive(resource, uint64_t, r_bytes *);
IMPORT(WTCP, "[method]tcp-socket.local-address") void tcp_local_address(resource, r_name *);
IMPORT(WTCP, "[method]tcp-socket.remote-address") void tcp_remote_address(resource, r_name *);
IMPORT(WTCP, "[method]tcp-socket.set-reuse-address") void tcp_set_reuse_address(resource, int32_t, r_unit *);
IMPORT(WTCP, "[method]tcp-socket.set-connect-timeout") void tcp_set_connect_timeout(resource, int32_t, uint64_t, r_unit *);
IMPORT(WTCP, "[method]tcp-socket.set-read-timeout") void tcp_set_read_timeout(resource, int32_t, uint64_t, r_unit *);
IMPORT(WTCP, "[method]tcp-socket.set-nonblocking") void tcp_set_nonblocking(resource, int32_t, r_unit *);
IMPORT(WTCP, "[method]tcp-socket.shutdown") void tcp_shutdown(resource, int32_t, r_unit *);
IMPORT(WTCP, "[method]tcp-socket.subscribe") resource tcp_subscribe(resource, int32_t);
IMPORT(WTCP, "[resource-drop]tcp-socket") void drop_tcp(resource);
#define WUDP "wasi-udp"
IMPORT(WUDP, "[static]udp-socket.new") void udp_new(int32_t family, r_u32 *);
IMPORT(WUDP, "[method]udp-socket.bind") void udp_bind(resource, resource, IP, int32_t, r_unit *);
IMPORT(WUDP, "[method]udp-socket.send-to") void udp_send_to(resource, const void *, uint32_t, resource,
                                                             IP, int32_t, r_u64 *);
IMPORT(WUDP, "[method]udp-socket.receive-from") void udp_receive_from(resource, uint64_t, r_received *);
IMPORT(WUDP, "[method]udp-socket.local-address") void udp_local_address(resource, r_name *);
IMPORT(WUDP, "[resource-drop]udp-socket") void drop_udp(resource);

POLL("[method]pollable.block") void pollable_block(resource);
POLL("[resource-drop]pollable") void drop_pollable(resource);

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

static void fail(const char *what, const char *error) {
  printf("%s: %s\n", what, error);
  exit(1);
}

// Ends the guest unless a call has succeeded.
#define MUST(what, result) do { if ((result).failed) fail(what, SOCKET_ERRORS[(result).error]); } while (0)
#define MUST_WASI(what, result) do { if ((result).failed) fail(what, ERROR_CODES[(result).error]); } while (0)

// Whether a host is the text of an IPv6 address.
static int family_of(const char *host) { return strchr(host, ':') ? IPV6 : IPV4; }

// The loopback address, or that of all interfaces, of a family.
static ip loopback_ip(int family) {
  ip address = {.tag = family};
  if (family == IPV6) address.v6[7] = 1;
  else memcpy(address.v4, (uint8_t[]){127, 0, 0, 1}, 4);
  return address;
}

static ip any_ip(int family) { return (ip){.tag = family}; }
#endif
