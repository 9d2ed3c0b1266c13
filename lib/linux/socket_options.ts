/**
 * The socket options that guests may use, as one table: it validates calls, formats traces and is
 * the documentation. What is not in it is ENOPROTOOPT.
 *
 * @module
 */
import {
  IP_ADD_MEMBERSHIP,
  IP_DROP_MEMBERSHIP,
  IP_MTU_DISCOVER,
  IP_MULTICAST_IF,
  IP_MULTICAST_LOOP,
  IP_MULTICAST_TTL,
  IP_TOS,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPV6_JOIN_GROUP,
  IPV6_LEAVE_GROUP,
  IPV6_MTU_DISCOVER,
  IPV6_MULTICAST_HOPS,
  IPV6_MULTICAST_IF,
  IPV6_MULTICAST_LOOP,
  IPV6_TCLASS,
  IPV6_UNICAST_HOPS,
  IPV6_V6ONLY,
} from "./in.ts";
import {
  SO_ACCEPTCONN,
  SO_BROADCAST,
  SO_DEBUG,
  SO_DETACH_FILTER,
  SO_DOMAIN,
  SO_DONTROUTE,
  SO_ERROR,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_NO_CHECK,
  SO_OOBINLINE,
  SO_PEERCRED,
  SO_PRIORITY,
  SO_PROTOCOL,
  SO_RCVBUF,
  SO_RCVLOWAT,
  SO_RCVTIMEO,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_SNDBUF,
  SO_SNDLOWAT,
  SO_SNDTIMEO,
  SO_TIMESTAMP,
  SO_TYPE,
  SOL_SOCKET,
} from "./socket.ts";
import {
  TCP_CONGESTION,
  TCP_CORK,
  TCP_DEFER_ACCEPT,
  TCP_INFO,
  TCP_KEEPCNT,
  TCP_KEEPIDLE,
  TCP_KEEPINTVL,
  TCP_LINGER2,
  TCP_MAXSEG,
  TCP_NODELAY,
  TCP_NOTSENT_LOWAT,
  TCP_QUICKACK,
  TCP_SYNCNT,
  TCP_USER_TIMEOUT,
  TCP_WINDOW_CLAMP,
} from "./tcp.ts";
import { UDP_CORK } from "./udp.ts";

/**
 * How the bytes of an option's value are to be read:
 * `int` a native int; `bool` an int that is 0 or not; `errno` an int that is an errno; `timeval`
 * two 64-bit numbers, seconds and microseconds; `linger` two ints, on and seconds; `string` text up
 * to a NUL; `ucred` three ints, pid, uid and gid; `tcp_info` struct tcp_info; `in_addr` an interface
 * address, `ip_mreq` group and interface, or `ip_mreqn` with an interface index; `ipv6_mreq` group
 * and interface index.
 */
export type SocketOptionCodec =
  | "int"
  | "bool"
  | "errno"
  | "timeval"
  | "linger"
  | "string"
  | "ucred"
  | "tcp_info"
  | "in_addr"
  | "ip_mreq"
  | "ipv6_mreq";

/** One socket option. */
export interface SocketOption {
  /** The level: SOL_SOCKET, IPPROTO_TCP, … */
  readonly level: number;
  /** The option's number at that level. */
  readonly name: number;
  /** The option's name in C. */
  readonly label: string;
  /** Bytes of its value, or the most of them where the length varies. */
  readonly size: number;
  /** Whether getsockopt(2) answers it. */
  readonly get: boolean;
  /** Whether setsockopt(2) takes it. */
  readonly set: boolean;
  /** How its bytes are read. */
  readonly codec: SocketOptionCodec;
}

function row(
  level: number,
  name: number,
  label: string,
  codec: SocketOptionCodec,
  access: "get" | "set" | "get, set",
  size = 4,
): SocketOption {
  return {
    level,
    name,
    label,
    size,
    get: access !== "set",
    set: access !== "get",
    codec,
  };
}

/** Every socket option that a guest may get or set: socket(7), ip(7), ipv6(7), tcp(7), udp(7). */
export const SOCKET_OPTIONS: readonly SocketOption[] = [
  row(SOL_SOCKET, SO_DEBUG, "SO_DEBUG", "bool", "get, set"),
  row(SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR", "bool", "get, set"),
  row(SOL_SOCKET, SO_TYPE, "SO_TYPE", "int", "get"),
  row(SOL_SOCKET, SO_ERROR, "SO_ERROR", "errno", "get"),
  row(SOL_SOCKET, SO_DONTROUTE, "SO_DONTROUTE", "bool", "get, set"),
  row(SOL_SOCKET, SO_BROADCAST, "SO_BROADCAST", "bool", "get, set"),
  row(SOL_SOCKET, SO_SNDBUF, "SO_SNDBUF", "int", "get, set"),
  row(SOL_SOCKET, SO_RCVBUF, "SO_RCVBUF", "int", "get, set"),
  row(SOL_SOCKET, SO_KEEPALIVE, "SO_KEEPALIVE", "bool", "get, set"),
  row(SOL_SOCKET, SO_OOBINLINE, "SO_OOBINLINE", "bool", "get, set"),
  row(SOL_SOCKET, SO_NO_CHECK, "SO_NO_CHECK", "bool", "get, set"),
  row(SOL_SOCKET, SO_PRIORITY, "SO_PRIORITY", "int", "get, set"),
  row(SOL_SOCKET, SO_LINGER, "SO_LINGER", "linger", "get, set", 8),
  row(SOL_SOCKET, SO_REUSEPORT, "SO_REUSEPORT", "bool", "get, set"),
  row(SOL_SOCKET, SO_PEERCRED, "SO_PEERCRED", "ucred", "get", 12),
  row(SOL_SOCKET, SO_RCVLOWAT, "SO_RCVLOWAT", "int", "get, set"),
  row(SOL_SOCKET, SO_SNDLOWAT, "SO_SNDLOWAT", "int", "get"),
  row(SOL_SOCKET, SO_RCVTIMEO, "SO_RCVTIMEO", "timeval", "get, set", 16),
  row(SOL_SOCKET, SO_SNDTIMEO, "SO_SNDTIMEO", "timeval", "get, set", 16),
  row(SOL_SOCKET, SO_DETACH_FILTER, "SO_DETACH_FILTER", "int", "set"),
  row(SOL_SOCKET, SO_TIMESTAMP, "SO_TIMESTAMP", "bool", "get, set"),
  row(SOL_SOCKET, SO_ACCEPTCONN, "SO_ACCEPTCONN", "bool", "get"),
  row(SOL_SOCKET, SO_PROTOCOL, "SO_PROTOCOL", "int", "get"),
  row(SOL_SOCKET, SO_DOMAIN, "SO_DOMAIN", "int", "get"),

  row(IPPROTO_IP, IP_TOS, "IP_TOS", "int", "get, set"),
  row(IPPROTO_IP, IP_TTL, "IP_TTL", "int", "get, set"),
  row(IPPROTO_IP, IP_MTU_DISCOVER, "IP_MTU_DISCOVER", "int", "get, set"),
  row(IPPROTO_IP, IP_MULTICAST_IF, "IP_MULTICAST_IF", "in_addr", "get, set", 12),
  row(IPPROTO_IP, IP_MULTICAST_TTL, "IP_MULTICAST_TTL", "int", "get, set"),
  row(IPPROTO_IP, IP_MULTICAST_LOOP, "IP_MULTICAST_LOOP", "bool", "get, set"),
  row(IPPROTO_IP, IP_ADD_MEMBERSHIP, "IP_ADD_MEMBERSHIP", "ip_mreq", "set", 12),
  row(IPPROTO_IP, IP_DROP_MEMBERSHIP, "IP_DROP_MEMBERSHIP", "ip_mreq", "set", 12),

  row(IPPROTO_IPV6, IPV6_UNICAST_HOPS, "IPV6_UNICAST_HOPS", "int", "get, set"),
  row(IPPROTO_IPV6, IPV6_MULTICAST_IF, "IPV6_MULTICAST_IF", "int", "get, set"),
  row(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, "IPV6_MULTICAST_HOPS", "int", "get, set"),
  row(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, "IPV6_MULTICAST_LOOP", "bool", "get, set"),
  row(IPPROTO_IPV6, IPV6_JOIN_GROUP, "IPV6_JOIN_GROUP", "ipv6_mreq", "set", 20),
  row(IPPROTO_IPV6, IPV6_LEAVE_GROUP, "IPV6_LEAVE_GROUP", "ipv6_mreq", "set", 20),
  row(IPPROTO_IPV6, IPV6_MTU_DISCOVER, "IPV6_MTU_DISCOVER", "int", "get, set"),
  row(IPPROTO_IPV6, IPV6_V6ONLY, "IPV6_V6ONLY", "bool", "get, set"),
  row(IPPROTO_IPV6, IPV6_TCLASS, "IPV6_TCLASS", "int", "get, set"),

  row(IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY", "bool", "get, set"),
  row(IPPROTO_TCP, TCP_MAXSEG, "TCP_MAXSEG", "int", "get, set"),
  row(IPPROTO_TCP, TCP_CORK, "TCP_CORK", "bool", "get, set"),
  row(IPPROTO_TCP, TCP_KEEPIDLE, "TCP_KEEPIDLE", "int", "get, set"),
  row(IPPROTO_TCP, TCP_KEEPINTVL, "TCP_KEEPINTVL", "int", "get, set"),
  row(IPPROTO_TCP, TCP_KEEPCNT, "TCP_KEEPCNT", "int", "get, set"),
  row(IPPROTO_TCP, TCP_SYNCNT, "TCP_SYNCNT", "int", "get, set"),
  row(IPPROTO_TCP, TCP_LINGER2, "TCP_LINGER2", "int", "get, set"),
  row(IPPROTO_TCP, TCP_DEFER_ACCEPT, "TCP_DEFER_ACCEPT", "int", "get, set"),
  row(IPPROTO_TCP, TCP_WINDOW_CLAMP, "TCP_WINDOW_CLAMP", "int", "get, set"),
  row(IPPROTO_TCP, TCP_INFO, "TCP_INFO", "tcp_info", "get", 256),
  row(IPPROTO_TCP, TCP_QUICKACK, "TCP_QUICKACK", "bool", "get, set"),
  row(IPPROTO_TCP, TCP_CONGESTION, "TCP_CONGESTION", "string", "get, set", 16),
  row(IPPROTO_TCP, TCP_USER_TIMEOUT, "TCP_USER_TIMEOUT", "int", "get, set"),
  row(IPPROTO_TCP, TCP_NOTSENT_LOWAT, "TCP_NOTSENT_LOWAT", "int", "get, set"),

  row(IPPROTO_UDP, UDP_CORK, "UDP_CORK", "bool", "get, set"),
];

/** Levels and names are small: one number keys both. */
function key(level: number, name: number): number {
  return level * 0x10000 + name;
}

const BY_KEY: ReadonlyMap<number, SocketOption> = new Map(
  SOCKET_OPTIONS.map((option) => [key(option.level, option.name), option]),
);

/**
 * Looks an option up.
 *
 * @param level The level that the guest gave, any number.
 * @param name The option's number, any number.
 * @returns The row, or undefined where guests may not use such an option.
 * @example
 * ```ts
 * import { IPPROTO_TCP, socketOption, TCP_NODELAY } from "@vmsock/vmsock/linux";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(socketOption(IPPROTO_TCP, TCP_NODELAY)?.label, "TCP_NODELAY");
 * ```
 */
export function socketOption(level: number, name: number): SocketOption | undefined {
  // Numbers that are no option must not meet another option's key.
  if ((level | 0) !== level || !(name >= 0 && name <= 0xffff)) return undefined;
  return BY_KEY.get(key(level, name));
}

/** Whether the table has any option at a level, so that Linux itself may be asked there. */
export function isSocketOptionLevel(level: number): boolean {
  return level === SOL_SOCKET || level === IPPROTO_IP || level === IPPROTO_IPV6 ||
    level === IPPROTO_TCP || level === IPPROTO_UDP;
}
