/**
 * The names that traces print, as tables over Linux's constants. Orders and omissions are strace's.
 *
 * @module
 */
import * as epoll from "../linux/epoll.ts";
import * as eventfd from "../linux/eventfd.ts";
import * as fcntl from "../linux/fcntl.ts";
import * as inet from "../linux/in.ts";
import * as ioctl from "../linux/ioctl.ts";
import * as poll from "../linux/poll.ts";
import * as resource from "../linux/resource.ts";
import * as socket from "../linux/socket.ts";
import * as stat from "../linux/stat.ts";
import * as tcp from "../linux/tcp.ts";
import * as udp from "../linux/udp.ts";
import { list, matching, type NameTable } from "./name_table.ts";

/** Address families. */
export const FAMILIES: NameTable = matching(socket, /^AF_(?!LOCAL$)/, "AF_???");

/** Socket types without their flags. */
export const SOCKET_TYPES: NameTable = list(socket, [
  "SOCK_STREAM",
  "SOCK_DGRAM",
  "SOCK_RAW",
  "SOCK_RDM",
  "SOCK_SEQPACKET",
  "SOCK_DCCP",
  "SOCK_PACKET",
], "SOCK_???");

/** Flags of a socket type, and of accept4(2). */
export const SOCKET_TYPE_FLAGS: NameTable = list(
  socket,
  ["SOCK_CLOEXEC", "SOCK_NONBLOCK"],
  "SOCK_???",
);

/** Protocols of the Internet families. */
export const PROTOCOLS: NameTable = matching(inet, /^IPPROTO_(?!HOPOPTS$)/, "IPPROTO_???");

/** How shutdown(2) shuts down. */
export const SHUTDOWNS: NameTable = list(socket, ["SHUT_RD", "SHUT_WR", "SHUT_RDWR"], "SHUT_???");

/** Flags of send(2) and recv(2). */
export const MESSAGE_FLAGS: NameTable = list(socket, [
  "MSG_OOB",
  "MSG_PEEK",
  "MSG_DONTROUTE",
  "MSG_CTRUNC",
  "MSG_PROXY",
  "MSG_TRUNC",
  "MSG_DONTWAIT",
  "MSG_EOR",
  "MSG_WAITALL",
  "MSG_FIN",
  "MSG_SYN",
  "MSG_CONFIRM",
  "MSG_RST",
  "MSG_ERRQUEUE",
  "MSG_NOSIGNAL",
  "MSG_MORE",
  "MSG_WAITFORONE",
  "MSG_BATCH",
  "MSG_ZEROCOPY",
  "MSG_FASTOPEN",
  "MSG_CMSG_CLOEXEC",
], "MSG_???");

/** Levels of socket options. */
export const OPTION_LEVELS: NameTable = matching(socket, /^SOL_/, "SOL_??");

/** Socket options by level, those that guests may not use included. */
export const OPTIONS: ReadonlyMap<number, NameTable> = new Map([
  [socket.SOL_SOCKET, matching(socket, /^SO_/, "SO_???")],
  [socket.SOL_IP, matching(inet, /^(IP|MCAST)_(?!PMTUDISC_)/, "IP_???")],
  [socket.SOL_IPV6, matching(inet, /^IPV6_(?!PMTUDISC_)/, "IPV6_???")],
  // States of a connection have the numbers of options that the table of options names first.
  [socket.SOL_TCP, matching(tcp, /^TCP_(?!REPAIR_O(N|FF)|MSS_)/, "TCP_???")],
  [socket.SOL_UDP, matching(udp, /^UDP_(?!ENCAP_)/, "UDP_???")],
]);

/** States of a TCP connection. */
export const TCP_STATES: NameTable = list(tcp, [
  "TCP_ESTABLISHED",
  "TCP_SYN_SENT",
  "TCP_SYN_RECV",
  "TCP_FIN_WAIT1",
  "TCP_FIN_WAIT2",
  "TCP_TIME_WAIT",
  "TCP_CLOSE",
  "TCP_CLOSE_WAIT",
  "TCP_LAST_ACK",
  "TCP_LISTEN",
  "TCP_CLOSING",
  "TCP_NEW_SYN_RECV",
], "TCP_???");

/** Access modes of open(2). */
export const ACCESS_MODES: NameTable = list(
  fcntl,
  ["O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"],
  "O_???",
);

/** Flags of open(2) without the access mode. */
export const OPEN_FLAGS: NameTable = {
  entries: [
    ...list(fcntl, [
      "O_CREAT",
      "O_EXCL",
      "O_NOCTTY",
      "O_TRUNC",
      "O_APPEND",
      "O_NONBLOCK",
      "O_SYNC",
      "O_DSYNC",
      "O_DIRECT",
      "O_LARGEFILE",
      "O_NOFOLLOW",
      "O_NOATIME",
      "O_CLOEXEC",
      "O_PATH",
      "O_TMPFILE",
      "O_DIRECTORY",
    ], "").entries,
    ["FASYNC", fcntl.O_ASYNC],
  ],
  unknown: "O_???",
};

/** Commands of fcntl(2). */
export const FCNTL_COMMANDS: NameTable = matching(
  fcntl,
  /^F_(DUP|GET|SET|OFD_|NOTIFY|ADD_)/,
  "F_???",
);

/** Descriptor flags. */
export const DESCRIPTOR_FLAGS: NameTable = list(fcntl, ["FD_CLOEXEC"], "FD_???");

/** Types of a record lock. */
export const LOCK_TYPES: NameTable = list(fcntl, ["F_RDLCK", "F_WRLCK", "F_UNLCK"], "F_???");

/** Origins of lseek(2). */
export const ORIGINS: NameTable = matching(fcntl, /^SEEK_/, "SEEK_???");

/** Flags of the *at calls. */
export const AT_FLAGS: NameTable = list(fcntl, [
  "AT_SYMLINK_NOFOLLOW",
  "AT_REMOVEDIR",
  "AT_SYMLINK_FOLLOW",
  "AT_NO_AUTOMOUNT",
  "AT_EMPTY_PATH",
  "AT_RECURSIVE",
], "AT_???");

/** Modes of access(2). */
export const ACCESS_CHECKS: NameTable = list(fcntl, ["R_OK", "W_OK", "X_OK"], "?_OK");

/** Requests of ioctl(2). */
export const IOCTL_REQUESTS: NameTable = matching(
  ioctl,
  /^(?!SIOCINQ$|SIOCOUTQ$|TIOCINQ$)/,
  "IOC_???",
);

/** Events of poll(2). */
export const POLL_EVENTS: NameTable = list(poll, [
  "POLLIN",
  "POLLPRI",
  "POLLOUT",
  "POLLERR",
  "POLLHUP",
  "POLLNVAL",
  "POLLRDNORM",
  "POLLRDBAND",
  "POLLWRNORM",
  "POLLWRBAND",
  "POLLMSG",
  "POLLREMOVE",
  "POLLRDHUP",
], "POLL???");

/** Flags of epoll_create1(2). */
export const EPOLL_FLAGS: NameTable = list(epoll, ["EPOLL_CLOEXEC"], "EPOLL_???");

/** Operations of epoll_ctl(2). */
export const EPOLL_OPERATIONS: NameTable = matching(epoll, /^EPOLL_CTL_/, "EPOLL_CTL_???");

/** Events of epoll(7). */
export const EPOLL_EVENTS: NameTable = list(epoll, [
  "EPOLLIN",
  "EPOLLPRI",
  "EPOLLOUT",
  "EPOLLERR",
  "EPOLLHUP",
  "EPOLLRDNORM",
  "EPOLLRDBAND",
  "EPOLLWRNORM",
  "EPOLLWRBAND",
  "EPOLLMSG",
  "EPOLLRDHUP",
  "EPOLLEXCLUSIVE",
  "EPOLLWAKEUP",
  "EPOLLONESHOT",
  "EPOLLET",
], "EPOLL???");

/** Flags of eventfd2(2). */
export const EVENTFD_FLAGS: NameTable = list(
  eventfd,
  ["EFD_SEMAPHORE", "EFD_CLOEXEC", "EFD_NONBLOCK"],
  "EFD_???",
);

/** Flags of close_range(2). */
export const CLOSE_RANGE_FLAGS: NameTable = list(
  fcntl,
  ["CLOSE_RANGE_UNSHARE", "CLOSE_RANGE_CLOEXEC"],
  "CLOSE_RANGE_???",
);

/** Resources of prlimit(2). */
export const RESOURCES: NameTable = matching(resource, /^RLIMIT_(?!SIZE$)/, "RLIMIT_???");

/** Types of a file, in `st_mode`. */
export const FILE_TYPES: NameTable = list(stat, [
  "S_IFSOCK",
  "S_IFLNK",
  "S_IFREG",
  "S_IFBLK",
  "S_IFDIR",
  "S_IFCHR",
  "S_IFIFO",
], "S_IF???");

/** Bits of `st_mode` between the type and the permissions. */
export const MODE_FLAGS: NameTable = list(stat, ["S_ISUID", "S_ISGID", "S_ISVTX"], "S_IS???");
