// WasmEdge's functions on sockets, by hand: VERSION is 1 or 2, and tells apart those that have two types.

#include <stdint.h>

#define IMPORT(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(name)))

typedef struct { void *buf; uint32_t len; } address_t;
typedef struct { void *buf; uint32_t len; } iovec_t;

enum { INET4 = 1, INET6 = 2 };
enum { DGRAM = 1, STREAM = 2 };
enum { SO_REUSE = 0, SO_TYPE_ = 1, SO_ERROR_ = 2, SO_TIMEOUT = 11 };

typedef struct addrinfo_t {
  uint16_t flags;
  uint8_t family;
  uint8_t type;
  uint32_t protocol;
  uint32_t addrlen;
  struct { uint32_t family; uint32_t data_len; uint8_t *data; } *addr;
  char *canonname;
  uint32_t canonname_len;
  struct addrinfo_t *next;
} addrinfo_t;

IMPORT("sock_open") int sock_open(int family, int type, int *fd);
IMPORT("sock_bind") int sock_bind(int fd, address_t *address, int port);
IMPORT("sock_listen") int sock_listen(int fd, int backlog);
IMPORT("sock_connect") int sock_connect(int fd, address_t *address, int port);
IMPORT("sock_recv") int sock_recv(int fd, iovec_t *iovs, int count, int flags, uint32_t *n, uint32_t *ro);
IMPORT("sock_send") int sock_send(int fd, iovec_t *iovs, int count, int flags, uint32_t *n);
IMPORT("sock_send_to") int sock_send_to(int fd, iovec_t *iovs, int count, address_t *to, int port,
                                        int flags, uint32_t *n);
IMPORT("sock_shutdown") int sock_shutdown(int fd, int how);
IMPORT("sock_setsockopt") int sock_setsockopt(int fd, int level, int name, void *value, uint32_t size);
IMPORT("sock_getsockopt") int sock_getsockopt(int fd, int level, int name, void *value, uint32_t *size);
IMPORT("sock_getaddrinfo") int sock_getaddrinfo(const char *node, uint32_t node_len,
                                                const char *service, uint32_t service_len,
                                                addrinfo_t *hints, addrinfo_t **results,
                                                uint32_t max, uint32_t *count);
#if VERSION == 1
IMPORT("sock_accept") int sock_accept(int fd, int *accepted);
IMPORT("sock_recv_from") int sock_recv_from(int fd, iovec_t *iovs, int count, address_t *from,
                                            int flags, uint32_t *n, uint32_t *ro);
IMPORT("sock_getlocaladdr") int sock_getlocaladdr(int fd, address_t *address, uint32_t *type,
                                                  uint32_t *port);
IMPORT("sock_getpeeraddr") int sock_getpeeraddr(int fd, address_t *address, uint32_t *type,
                                                uint32_t *port);
#else
IMPORT("sock_accept") int sock_accept(int fd, int flags, int *accepted);
IMPORT("sock_recv_from") int sock_recv_from(int fd, iovec_t *iovs, int count, address_t *from,
                                            int flags, uint32_t *port, uint32_t *n, uint32_t *ro);
IMPORT("sock_getlocaladdr") int sock_getlocaladdr(int fd, address_t *address, uint32_t *port);
IMPORT("sock_getpeeraddr") int sock_getpeeraddr(int fd, address_t *address, uint32_t *port);
#endif
