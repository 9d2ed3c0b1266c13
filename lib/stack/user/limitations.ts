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
  row("setsockopt(SO_OOBINLINE)", Errno.ENOPROTOOPT, "urgent data of sockets"),
  row(
    "select(), epoll_wait() before connect(), after an error or after SHUT_RD",
    0,
    "EPOLLHUP, EPOLLERR, EPOLLIN: poll() has them",
  ),
  row("SO_RCVLOWAT in poll(), SO_RCVBUF, SO_SNDBUF", 0, "an effect: the values are kept"),
  row(
    "recv(), send() and epoll_wait(0) right after a send() of this host's to itself",
    0,
    "the last moment: a part of it is on its way, and takes no room here",
  ),
];
