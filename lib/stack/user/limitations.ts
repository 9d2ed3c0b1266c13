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
  row("setsockopt(TCP_CONGESTION)", Errno.ENOPROTOOPT, "a choice of congestion control"),
  row("setsockopt(TCP_MAXSEG)", Errno.ENOPROTOOPT, "a segment size of a socket's own"),
  row("sendto() of more than the MTU on UDP", 0, "fragments: the datagram is lost"),
  row(
    "poll() of a TCP socket before connect()",
    0,
    "POLLHUP: such a socket shows POLLOUT alone",
  ),
  row(
    "setsockopt(SO_RCVBUF), setsockopt(SO_SNDBUF)",
    0,
    "buffers of a socket's own size: the values are kept and have no effect",
  ),
];
