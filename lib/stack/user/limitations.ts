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

/** The table. */
export const LIMITATIONS: readonly Limitation[] = [
  row("send(MSG_OOB) on TCP", Errno.EOPNOTSUPP, "urgent data of sockets; lib/tcp itself has it"),
  row("recv(MSG_OOB) on TCP", Errno.EINVAL, "urgent data of sockets"),
  row("setsockopt(IP_ADD_MEMBERSHIP)", Errno.ENOPROTOOPT, "multicast"),
  row("setsockopt(TCP_CONGESTION) of another than reno", Errno.ENOENT, "another"),
  row(
    "setsockopt(SO_REUSEPORT) on UDP, second listener on TCP",
    Errno.EADDRINUSE,
    "sharing a port",
  ),
  row("TCP_CORK, UDP_CORK, MSG_MORE", 0, "holding data back: it is sent"),
  row("epoll_wait() of a socket before connect(), or after an error", 0, "EPOLLHUP and EPOLLERR"),
  row("poll() of a UDP socket after an ICMP error", 0, "POLLERR: POLLIN shows it"),
  row("shutdown(SHUT_RD)", 0, "data that arrives later: it is dropped"),
  row("SO_RCVLOWAT, SO_RCVBUF, SO_SNDBUF", 0, "an effect: the values are kept"),
  row(
    "recv(MSG_DONTWAIT), poll(0)",
    0,
    "the last moment: what is on its way between engine and guest",
  ),
];
