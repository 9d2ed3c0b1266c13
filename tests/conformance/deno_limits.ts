/**
 * The scenarios that the deno stack does not run as Linux does, and why.
 *
 * @module
 */

const NO_EPOLL = "epoll_create1(), epoll_ctl(), epoll_pwait()";

/**
 * Name of a scenario that differs to the `call` of the limitation that stands in its way: a row of
 * the stack's own table or of the kernel's, for files that are no descriptors of the host.
 *
 * A test fails when a scenario of this table passes, when what the guest gets is not the row's errno,
 * and when there is no such row.
 */
export const DENO_LIMITS: ReadonlyMap<string, string> = new Map([
  ["cwd-unix", "socket(AF_UNIX)"],
  ...[
    "basic",
    "dup",
    "dup2",
    "edge",
    "edge-stream",
    "errors",
    "exclusive",
    "fault",
    "nested",
    "room",
  ]
    .map((name) => [`epoll-${name}`, NO_EPOLL] as const),
  ["epoll-sockets", NO_EPOLL],
  ["epoll-stdio", NO_EPOLL],
  ["eventfd-basic", "eventfd2()"],
  ["errors-listen", "socket(AF_UNIX)"],
  ["errors-socket-args", "socket(AF_UNIX)"],
  ["errors-socket-ok", "socket(AF_UNIX)"],
  ["fcntl-lock", "fcntl(F_SETLK), fcntl(F_GETLK)"],
  ["ipv6-options", "setsockopt(IPV6_UNICAST_HOPS)"],
  ["ipv6-v6only", "bind([::]) with IPV6_V6ONLY on TCP"],
  ["options-ip", "setsockopt(IP_TTL) on TCP"],
  ["options-tcp-int", "setsockopt(TCP_KEEPCNT)"],
  ["options-tcp-more", "setsockopt(TCP_MAXSEG)"],
  ["options-udp", "setsockopt(SO_NO_CHECK)"],
  ["select-oob-pipe", "send(MSG_OOB)"],
  ["tcp-accepted-flags", "setsockopt(TCP_USER_TIMEOUT)"],
  ["tcp-oob", "send(MSG_OOB)"],
  ["tcp-oob-inline", "setsockopt(SO_OOBINLINE)"],
  ["udp-reuseport", "setsockopt(SO_REUSEPORT) on UDP"],
  ["unix-abstract", "socket(AF_UNIX)"],
  ["unix-backlog", "socket(AF_UNIX)"],
  ["unix-dgram", "socket(AF_UNIX)"],
  ["unix-path", "socket(AF_UNIX)"],
  ["unix-path-errors", "socket(AF_UNIX)"],
  ["unix-wrong-type", "socket(AF_UNIX)"],
]);
