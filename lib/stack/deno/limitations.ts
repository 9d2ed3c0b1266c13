/**
 * What this stack cannot do as Linux does.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import type { Limitation } from "../stack.ts";

function row(call: string, errno: number, missing: string): Limitation {
  return { call, errno, missing };
}

/** The table: each row with an errno has a test of it. */
export const LIMITATIONS: readonly Limitation[] = [
  row(
    "socket(AF_UNIX)",
    Errno.EAFNOSUPPORT,
    "local sockets without --allow-read and --allow-write; Deno has no abstract names and no datagrams",
  ),
  row(
    "getsockopt(SO_PEERCRED) of a pair without --allow-sys",
    Errno.EACCES,
    "Deno.uid and Deno.gid without a permission",
  ),
  row(
    "bind() or listen() in a Deno without process.binding()",
    Errno.EOPNOTSUPP,
    "sockets that are bound before they listen or connect; UDP needs it too",
  ),
  row("send(MSG_OOB)", Errno.EOPNOTSUPP, "urgent data; what a peer sends so is lost"),
  row("setsockopt(SO_OOBINLINE)", Errno.ENOPROTOOPT, "urgent data"),
  row(
    "setsockopt(SO_DEBUG)",
    Errno.ENOPROTOOPT,
    "a way to set SO_DEBUG: only its default can be set",
  ),
  row(
    "setsockopt(SO_DONTROUTE)",
    Errno.ENOPROTOOPT,
    "a way to set SO_DONTROUTE: only its default can be set",
  ),
  row(
    "setsockopt(SO_NO_CHECK)",
    Errno.ENOPROTOOPT,
    "a way to set SO_NO_CHECK: only its default can be set",
  ),
  row(
    "setsockopt(SO_PRIORITY)",
    Errno.ENOPROTOOPT,
    "a way to set SO_PRIORITY: only its default can be set",
  ),
  row(
    "setsockopt(SO_TIMESTAMP)",
    Errno.ENOPROTOOPT,
    "a way to set SO_TIMESTAMP: only its default can be set",
  ),
  row("setsockopt(SO_REUSEPORT) on UDP", Errno.ENOPROTOOPT, "SO_REUSEPORT of node:dgram's sockets"),
  row("setsockopt(TCP_MAXSEG)", Errno.ENOPROTOOPT, "the segment size"),
  row(
    "setsockopt(TCP_KEEPINTVL)",
    Errno.ENOPROTOOPT,
    "the interval of keep-alive probes: only the default can be set",
  ),
  row(
    "setsockopt(TCP_KEEPCNT)",
    Errno.ENOPROTOOPT,
    "the count of keep-alive probes: only the default can be set",
  ),
  row(
    "setsockopt(TCP_SYNCNT)",
    Errno.ENOPROTOOPT,
    "the count of connection attempts: only the default can be set",
  ),
  row(
    "setsockopt(TCP_LINGER2)",
    Errno.ENOPROTOOPT,
    "the time in FIN_WAIT2: only the default can be set",
  ),
  row(
    "setsockopt(TCP_DEFER_ACCEPT)",
    Errno.ENOPROTOOPT,
    "accepting only connections with data: only the default can be set",
  ),
  row(
    "setsockopt(TCP_WINDOW_CLAMP)",
    Errno.ENOPROTOOPT,
    "the receive window: only the default can be set",
  ),
  row(
    "setsockopt(TCP_QUICKACK)",
    Errno.ENOPROTOOPT,
    "acknowledgements at once: only the default can be set",
  ),
  row("setsockopt(TCP_CONGESTION)", Errno.ENOPROTOOPT, "the congestion control"),
  row(
    "setsockopt(TCP_USER_TIMEOUT)",
    Errno.ENOPROTOOPT,
    "the time that data may stay unacknowledged: only the default can be set",
  ),
  row(
    "setsockopt(TCP_NOTSENT_LOWAT)",
    Errno.ENOPROTOOPT,
    "the bytes not yet sent: only the default can be set",
  ),
  row("getsockopt(TCP_MAXSEG) on a connection", Errno.ENOPROTOOPT, "the segment size"),
  row("getsockopt(TCP_CONGESTION)", Errno.ENOPROTOOPT, "the congestion control"),
  row(
    "setsockopt(IP_TTL) on TCP",
    Errno.ENOPROTOOPT,
    "the time to live of a connection's packets: only the default can be set",
  ),
  row("setsockopt(IP_TOS)", Errno.ENOPROTOOPT, "a way to set IP_TOS: only its default can be set"),
  row(
    "setsockopt(IP_MTU_DISCOVER)",
    Errno.ENOPROTOOPT,
    "a way to set IP_MTU_DISCOVER: only its default can be set",
  ),
  row(
    "setsockopt(IP_MULTICAST_TTL, 0)",
    Errno.ENOPROTOOPT,
    "a time to live of 0: node:dgram starts at 1",
  ),
  row(
    "setsockopt(IP_MULTICAST_IF) on AF_INET6",
    Errno.ENOPROTOOPT,
    "IPv4 multicast of an IPv6 socket",
  ),
  row(
    "setsockopt(IP_ADD_MEMBERSHIP) on AF_INET6",
    Errno.ENOPROTOOPT,
    "IPv4 multicast of an IPv6 socket",
  ),
  row(
    "setsockopt(IP_ADD_MEMBERSHIP) with an interface's index",
    Errno.ENODEV,
    "interfaces by index for IPv4",
  ),
  row(
    "setsockopt(IPV6_JOIN_GROUP) with an interface's index",
    Errno.ENODEV,
    "joining on an interface other than the route's",
  ),
  row(
    "setsockopt(IPV6_UNICAST_HOPS)",
    Errno.ENOPROTOOPT,
    "a way to set IPV6_UNICAST_HOPS: only its default can be set",
  ),
  row(
    "setsockopt(IPV6_MULTICAST_HOPS)",
    Errno.ENOPROTOOPT,
    "a way to set IPV6_MULTICAST_HOPS: only its default can be set",
  ),
  row(
    "setsockopt(IPV6_TCLASS)",
    Errno.ENOPROTOOPT,
    "a way to set IPV6_TCLASS: only its default can be set",
  ),
  row(
    "setsockopt(IPV6_MTU_DISCOVER)",
    Errno.ENOPROTOOPT,
    "a way to set IPV6_MTU_DISCOVER: only its default can be set",
  ),
  row(
    "bind([::]) with IPV6_V6ONLY on TCP",
    Errno.EOPNOTSUPP,
    "IPV6_V6ONLY of a TCP socket: the wildcard address takes IPv4 too",
  ),
  row(
    "connect() by name from a bound socket",
    Errno.EACCES,
    "Deno.connect with a local address, where only the name is granted",
  ),
  row(
    "sendto() or connect() of an unbound UDP socket without permission to bind",
    Errno.EACCES,
    "sockets that get their port when they send: Deno asks for 0.0.0.0:0, [::]:0 or, for this machine, 127.0.0.1:0, [::1]:0",
  ),
  row(
    "sendto() that the host refuses",
    Errno.ENETUNREACH,
    "the host's errno, which node:dgram does not pass on, except EMSGSIZE",
  ),
  row(
    "recv() after a datagram to a closed port of another host",
    0,
    "connected datagram sockets: ECONNREFUSED is reported for ports of this machine only",
  ),
  row(
    "getsockname() after UDP connect() to another host",
    0,
    "the address that the route chooses: the wildcard address is shown",
  ),
  row(
    "getsockname() of a connection to another host that is being made, or of one that failed",
    0,
    "the local address before the connection is made",
  ),
  row(
    "getsockopt(TCP_INFO)",
    0,
    "struct tcp_info: only tcpi_state is filled, FIN_WAIT1 and LAST_ACK end when the host has taken everything",
  ),
  row(
    "bind() to a port in TIME_WAIT of another program",
    0,
    "binding without SO_REUSEADDR: Deno always sets it",
  ),
  row(
    "setsockopt(SO_SNDBUF), setsockopt(SO_RCVBUF)",
    0,
    "the host's buffers: the values bound what this stack queues beside them",
  ),
  row(
    "setsockopt(SO_LINGER)",
    0,
    "acknowledgements: close() waits until the host has taken everything, not until the peer has",
  ),
  row(
    "close() of a connection made by name",
    0,
    "a reset of a Deno.Conn: the stream ends in order, where Linux would reset",
  ),
  row("ioctl(TIOCOUTQ)", 0, "acknowledgements: only what the host has not taken yet is counted"),
  row(
    "listen() with a small backlog",
    0,
    "a queue of that length: connections from other programs find room for up to two more",
  ),
  row(
    "recv(MSG_DONTWAIT), poll(0)",
    0,
    "asking the host at once: what arrived in the last tenth of a millisecond may not show yet",
  ),
];
