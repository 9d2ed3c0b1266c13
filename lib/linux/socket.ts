/**
 * Socket families, types, levels, options and message flags, as in Linux's `socket(2)`, `socket(7)`, `send(2)` and `recv(2)`.
 *
 * @module
 */

// Address families: linux/socket.h (bits/socket.h)
/** Unspecified family; `connect` with it dissolves a datagram socket's association. */
export const AF_UNSPEC = 0;
/** Local communication, `unix(7)`. */
export const AF_UNIX = 1;
/** POSIX's name of {@linkcode AF_UNIX}. */
export const AF_LOCAL = 1;
/** IPv4, `ip(7)`. */
export const AF_INET = 2;
/** IPv6, `ipv6(7)`. */
export const AF_INET6 = 10;
/** Kernel user interface, `netlink(7)`. */
export const AF_NETLINK = 16;
/** Link-layer packets, `packet(7)`. */
export const AF_PACKET = 17;
/** Between a virtual machine and its host, `vsock(7)`. */
export const AF_VSOCK = 40;

// Socket types: linux/net.h
/** Sequenced, reliable, two-way byte stream. */
export const SOCK_STREAM = 1;
/** Connectionless, unreliable messages of a fixed maximum length. */
export const SOCK_DGRAM = 2;
/** Raw network protocol access. */
export const SOCK_RAW = 3;
/** Reliable datagrams without ordering. */
export const SOCK_RDM = 4;
/** Sequenced, reliable, two-way messages. */
export const SOCK_SEQPACKET = 5;
/** Datagram Congestion Control Protocol. */
export const SOCK_DCCP = 6;
/** Obsolete way to packets at the device level, `packet(7)`. */
export const SOCK_PACKET = 10;
/** Bits of `socket`'s type argument that hold the type; the rest are flags. */
export const SOCK_TYPE_MASK = 15;

// Flags or-ed into a socket type: linux/net.h
/** Sets `O_NONBLOCK` on the new open file description. */
export const SOCK_NONBLOCK = 0o4000;
/** Sets `FD_CLOEXEC` on the new descriptor. */
export const SOCK_CLOEXEC = 0o2000000;

// listen(2)'s backlog: linux/socket.h
/** Default upper bound of a listen queue (`net.core.somaxconn` since Linux 5.4). */
export const SOMAXCONN = 4096;

// shutdown(2): linux/net.h
/** No more receptions. */
export const SHUT_RD = 0;
/** No more transmissions. */
export const SHUT_WR = 1;
/** Neither receptions nor transmissions. */
export const SHUT_RDWR = 2;

// Message flags of send(2) and recv(2): linux/socket.h
/** Sends or receives out-of-band data. */
export const MSG_OOB = 0x1;
/** Receives without removing data from the queue. */
export const MSG_PEEK = 0x2;
/** Sends to hosts on directly connected networks only. */
export const MSG_DONTROUTE = 0x4;
/** Returned: control data was cut off for lack of space. */
export const MSG_CTRUNC = 0x8;
/** Historical; no protocol of today uses it. */
export const MSG_PROXY = 0x10;
/** Returned: a datagram was cut off; given to `recv`: return the real length. */
export const MSG_TRUNC = 0x20;
/** Non-blocking for this one call. */
export const MSG_DONTWAIT = 0x40;
/** End of a record (`SOCK_SEQPACKET`). */
export const MSG_EOR = 0x80;
/** Waits until the whole request is satisfied. */
export const MSG_WAITALL = 0x100;
/** Internal to the kernel; without effect from user space. */
export const MSG_FIN = 0x200;
/** Internal to the kernel; without effect from user space. */
export const MSG_SYN = 0x400;
/** Tells the link layer that the neighbour answered. */
export const MSG_CONFIRM = 0x800;
/** Internal to the kernel; without effect from user space. */
export const MSG_RST = 0x1000;
/** Receives from the socket's error queue. */
export const MSG_ERRQUEUE = 0x2000;
/** No SIGPIPE when the peer of a stream has gone; `EPIPE` all the same. */
export const MSG_NOSIGNAL = 0x4000;
/** More data follows; like `TCP_CORK` or `UDP_CORK` for one call. */
export const MSG_MORE = 0x8000;
/** `recvmmsg`: sets `MSG_DONTWAIT` after the first message. */
export const MSG_WAITFORONE = 0x10000;
/** `sendmmsg`: more messages are coming. */
export const MSG_BATCH = 0x40000;
/** Sends user pages without copying, with `SO_ZEROCOPY`. */
export const MSG_ZEROCOPY = 0x4000000;
/** TCP Fast Open: sends data in the SYN. */
export const MSG_FASTOPEN = 0x20000000;
/** `recvmsg`: sets `FD_CLOEXEC` on descriptors received by `SCM_RIGHTS`. */
export const MSG_CMSG_CLOEXEC = 0x40000000;

// Socket level and its options: asm-generic/socket.h
/** Level of the `SO_` options. */
export const SOL_SOCKET = 1;
/** Records debugging information; needs CAP_NET_ADMIN. */
export const SO_DEBUG = 1;
/** Lets `bind` reuse local addresses, `socket(7)`. */
export const SO_REUSEADDR = 2;
/** Gets the socket's type. */
export const SO_TYPE = 3;
/** Gets and clears the pending error, a positive errno. */
export const SO_ERROR = 4;
/** No gateways: directly connected hosts only. */
export const SO_DONTROUTE = 5;
/** Allows datagrams to broadcast addresses. */
export const SO_BROADCAST = 6;
/** Send buffer size in bytes; the kernel doubles what is set. */
export const SO_SNDBUF = 7;
/** Receive buffer size in bytes; the kernel doubles what is set. */
export const SO_RCVBUF = 8;
/** Sends keep-alive messages on connections. */
export const SO_KEEPALIVE = 9;
/** Places out-of-band data into the normal data stream. */
export const SO_OOBINLINE = 10;
/** Disables UDP checksums over IPv4. */
export const SO_NO_CHECK = 11;
/** Queueing priority of all packets of the socket. */
export const SO_PRIORITY = 12;
/** `struct linger`: `close` waits for unsent data. */
export const SO_LINGER = 13;
/** Obsolete; without effect. */
export const SO_BSDCOMPAT = 14;
/** Several sockets may bind to one address and share its traffic. */
export const SO_REUSEPORT = 15;
/** Enables receiving `SCM_CREDENTIALS`. */
export const SO_PASSCRED = 16;
/** Gets the peer's `struct ucred` (AF_UNIX). */
export const SO_PEERCRED = 17;
/** Minimum number of bytes a receive waits for. */
export const SO_RCVLOWAT = 18;
/** Minimum number of bytes for a send; always 1 on Linux. */
export const SO_SNDLOWAT = 19;
/** Receive time-out as the kernel's long `struct timeval`. */
export const SO_RCVTIMEO_OLD = 20;
/** Send time-out as the kernel's long `struct timeval`. */
export const SO_SNDTIMEO_OLD = 21;
/** Receive time-out, `struct timeval`; then `EAGAIN`. The `_OLD` number on 64-bit machines. */
export const SO_RCVTIMEO = 20;
/** Send time-out, `struct timeval`; then `EAGAIN`. The `_OLD` number on 64-bit machines. */
export const SO_SNDTIMEO = 21;
/** Historical security level; does nothing. */
export const SO_SECURITY_AUTHENTICATION = 22;
/** Historical security level; does nothing. */
export const SO_SECURITY_ENCRYPTION_TRANSPORT = 23;
/** Historical security level; does nothing. */
export const SO_SECURITY_ENCRYPTION_NETWORK = 24;
/** Binds to an interface, by name. */
export const SO_BINDTODEVICE = 25;
/** Attaches a classic BPF filter. */
export const SO_ATTACH_FILTER = 26;
/** Removes the filter. */
export const SO_DETACH_FILTER = 27;
/** Gets the filter; the number of {@linkcode SO_ATTACH_FILTER}. */
export const SO_GET_FILTER = 26;
/** Gets the peer's address. */
export const SO_PEERNAME = 28;
/** Receive `SCM_TIMESTAMP` as the kernel's long `struct timeval`. */
export const SO_TIMESTAMP_OLD = 29;
/** Receive `SCM_TIMESTAMP` control messages. The `_OLD` number on 64-bit machines. */
export const SO_TIMESTAMP = 29;
/** Gets whether the socket listens. */
export const SO_ACCEPTCONN = 30;
/** Gets the peer's security context. */
export const SO_PEERSEC = 31;
/** {@linkcode SO_SNDBUF} beyond the limit; needs CAP_NET_ADMIN. */
export const SO_SNDBUFFORCE = 32;
/** {@linkcode SO_RCVBUF} beyond the limit; needs CAP_NET_ADMIN. */
export const SO_RCVBUFFORCE = 33;
/** Enables receiving `SCM_SECURITY`. */
export const SO_PASSSEC = 34;
/** Receive `SCM_TIMESTAMPNS` as the kernel's long `struct timespec`. */
export const SO_TIMESTAMPNS_OLD = 35;
/** Receive `SCM_TIMESTAMPNS` control messages. The `_OLD` number on 64-bit machines. */
export const SO_TIMESTAMPNS = 35;
/** Mark of all packets of the socket; needs CAP_NET_ADMIN or CAP_NET_RAW. */
export const SO_MARK = 36;
/** Time stamps of transmission and reception, long `struct timespec`. */
export const SO_TIMESTAMPING_OLD = 37;
/** Time stamps of transmission and reception. The `_OLD` number on 64-bit machines. */
export const SO_TIMESTAMPING = 37;
/** Gets the socket's protocol. */
export const SO_PROTOCOL = 38;
/** Gets the socket's address family. */
export const SO_DOMAIN = 39;
/** Receive the number of dropped packets as a control message. */
export const SO_RXQ_OVFL = 40;
/** Whether a transmitted wireless frame was acknowledged. */
export const SO_WIFI_STATUS = 41;
/** Offset at which `MSG_PEEK` reads. */
export const SO_PEEK_OFF = 42;
/** Uses the last four bytes of a packet as its frame check sequence. */
export const SO_NOFCS = 43;
/** Forbids changes of the attached filter. */
export const SO_LOCK_FILTER = 44;
/** Wakes `select` for exceptional conditions by the error queue. */
export const SO_SELECT_ERR_QUEUE = 45;
/** Microseconds of busy polling on a blocking receive. */
export const SO_BUSY_POLL = 46;
/** Maximum transmission rate in bytes a second. */
export const SO_MAX_PACING_RATE = 47;
/** Gets the supported BPF extensions. */
export const SO_BPF_EXTENSIONS = 48;
/** CPU that processes the socket's packets. */
export const SO_INCOMING_CPU = 49;
/** Attaches an extended BPF program. */
export const SO_ATTACH_BPF = 50;
/** Removes the program; the number of {@linkcode SO_DETACH_FILTER}. */
export const SO_DETACH_BPF = 27;
/** Classic BPF program that picks a socket of a reuseport group. */
export const SO_ATTACH_REUSEPORT_CBPF = 51;
/** Extended BPF program that picks a socket of a reuseport group. */
export const SO_ATTACH_REUSEPORT_EBPF = 52;
/** Tells the transport about path trouble; 1 asks for another route. */
export const SO_CNX_ADVICE = 53;
/** Gets the socket's memory use, an array of u32. */
export const SO_MEMINFO = 55;
/** Gets the NAPI id of the last packet's device queue. */
export const SO_INCOMING_NAPI_ID = 56;
/** Gets the socket's 64-bit cookie. */
export const SO_COOKIE = 57;
/** Gets the peer's supplementary groups (AF_UNIX). */
export const SO_PEERGROUPS = 59;
/** Enables `MSG_ZEROCOPY`. */
export const SO_ZEROCOPY = 60;
/** Sets a transmission time for each packet. */
export const SO_TXTIME = 61;
/** Binds to an interface, by index. */
export const SO_BINDTOIFINDEX = 62;
/** `SCM_TIMESTAMP` with 64-bit time on every machine. */
export const SO_TIMESTAMP_NEW = 63;
/** `SCM_TIMESTAMPNS` with 64-bit time on every machine. */
export const SO_TIMESTAMPNS_NEW = 64;
/** `SCM_TIMESTAMPING` with 64-bit time on every machine. */
export const SO_TIMESTAMPING_NEW = 65;
/** Receive time-out with 64-bit time on every machine. */
export const SO_RCVTIMEO_NEW = 66;
/** Send time-out with 64-bit time on every machine. */
export const SO_SNDTIMEO_NEW = 67;
/** Removes a reuseport group's program. */
export const SO_DETACH_REUSEPORT_BPF = 68;
/** Prefers busy polling to interrupts. */
export const SO_PREFER_BUSY_POLL = 69;
/** Packets handled in one busy poll. */
export const SO_BUSY_POLL_BUDGET = 70;
/** Gets the cookie of the network namespace. */
export const SO_NETNS_COOKIE = 71;
/** Locks the buffer sizes against automatic tuning. */
export const SO_BUF_LOCK = 72;
/** Reserves memory for the socket. */
export const SO_RESERVE_MEM = 73;
/** Whether a time-out picks another transmission hash. */
export const SO_TXREHASH = 74;
/** Receive the packet's mark as a control message. */
export const SO_RCVMARK = 75;
/** Enables receiving `SCM_PIDFD` (Linux 6.5). */
export const SO_PASSPIDFD = 76;
/** Gets a pidfd of the peer (Linux 6.5). */
export const SO_PEERPIDFD = 77;
/** Device memory: data in a linear buffer (Linux 6.12). */
export const SO_DEVMEM_LINEAR = 78;
/** Device memory: data in a dmabuf (Linux 6.12). */
export const SO_DEVMEM_DMABUF = 79;
/** Device memory: gives buffers back (Linux 6.12). */
export const SO_DEVMEM_DONTNEED = 80;
/** Receive the packet's priority as a control message (Linux 6.14). */
export const SO_RCVPRIORITY = 82;
/** Whether `SCM_RIGHTS` is accepted (AF_UNIX, Linux 6.16). */
export const SO_PASSRIGHTS = 83;

// Control messages of level SOL_SOCKET: linux/socket.h, asm-generic/socket.h
/** Passes open file descriptors. */
export const SCM_RIGHTS = 1;
/** Passes `struct ucred`. */
export const SCM_CREDENTIALS = 2;
/** Passes the security label. */
export const SCM_SECURITY = 3;
/** Reception time, `struct timeval`. */
export const SCM_TIMESTAMP = 29;
/** Reception time, `struct timespec`. */
export const SCM_TIMESTAMPNS = 35;
/** Transmission or reception times. */
export const SCM_TIMESTAMPING = 37;

// Further option levels: linux/socket.h
/** Level of the `IP_` options. */
export const SOL_IP = 0;
/** Level of the `TCP_` options. */
export const SOL_TCP = 6;
/** Level of the `UDP_` options. */
export const SOL_UDP = 17;
/** Level of the `IPV6_` options. */
export const SOL_IPV6 = 41;
/** Level of raw socket options. */
export const SOL_RAW = 255;
