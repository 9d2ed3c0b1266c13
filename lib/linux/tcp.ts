/**
 * Socket options and states of TCP, as in `tcp(7)`.
 *
 * @module
 */

// Options of level IPPROTO_TCP: linux/tcp.h
/** Turns off Nagle's algorithm. */
export const TCP_NODELAY = 1;
/** Maximum segment size of outgoing packets, in bytes. */
export const TCP_MAXSEG = 2;
/** Never sends partial segments; at most 200 ms. */
export const TCP_CORK = 3;
/** Seconds of idleness before the first keep-alive. */
export const TCP_KEEPIDLE = 4;
/** Seconds between keep-alives. */
export const TCP_KEEPINTVL = 5;
/** Unanswered keep-alives before the connection is dropped. */
export const TCP_KEEPCNT = 6;
/** Retransmissions of a SYN before `connect` gives up. */
export const TCP_SYNCNT = 7;
/** Seconds in FIN-WAIT-2 of an orphaned socket. */
export const TCP_LINGER2 = 8;
/** Seconds for which a listener waits for data before `accept` returns. */
export const TCP_DEFER_ACCEPT = 9;
/** Bound of the advertised window, in bytes. */
export const TCP_WINDOW_CLAMP = 10;
/** Gets `struct tcp_info`. */
export const TCP_INFO = 11;
/** Sends acknowledgements at once; not permanent. */
export const TCP_QUICKACK = 12;
/** Congestion control algorithm, by name. */
export const TCP_CONGESTION = 13;
/** MD5 signatures, RFC 2385. */
export const TCP_MD5SIG = 14;
/** Linear time-outs for thin streams. */
export const TCP_THIN_LINEAR_TIMEOUTS = 16;
/** Retransmits after one duplicate acknowledgement; no longer used. */
export const TCP_THIN_DUPACK = 17;
/** Milliseconds for which sent data may stay unacknowledged. */
export const TCP_USER_TIMEOUT = 18;
/** Repair mode, for checkpoint and restore. */
export const TCP_REPAIR = 19;
/** Queue that repair works on. */
export const TCP_REPAIR_QUEUE = 20;
/** Sequence number of the queue under repair. */
export const TCP_QUEUE_SEQ = 21;
/** Negotiated options, under repair. */
export const TCP_REPAIR_OPTIONS = 22;
/** Listener: length of the queue of Fast Open requests. */
export const TCP_FASTOPEN = 23;
/** Time stamp clock. */
export const TCP_TIMESTAMP = 24;
/** Limit of unsent bytes for writability. */
export const TCP_NOTSENT_LOWAT = 25;
/** Gets information of the congestion control algorithm. */
export const TCP_CC_INFO = 26;
/** Listener: keeps the SYN's headers. */
export const TCP_SAVE_SYN = 27;
/** Gets the kept headers of the SYN. */
export const TCP_SAVED_SYN = 28;
/** Window parameters, under repair. */
export const TCP_REPAIR_WINDOW = 29;
/** `connect` defers the SYN until the first data. */
export const TCP_FASTOPEN_CONNECT = 30;
/** Attaches an upper layer protocol, by name. */
export const TCP_ULP = 31;
/** MD5 signatures with a prefix length. */
export const TCP_MD5SIG_EXT = 32;
/** Keys of Fast Open cookies. */
export const TCP_FASTOPEN_KEY = 33;
/** Fast Open without cookies. */
export const TCP_FASTOPEN_NO_COOKIE = 34;
/** Maps received pages instead of copying. */
export const TCP_ZEROCOPY_RECEIVE = 35;
/** Receives the number of unread bytes as a control message. */
export const TCP_INQ = 36;
/** Type of that control message. */
export const TCP_CM_INQ = 36;
/** Delay of outgoing packets, in microseconds. */
export const TCP_TX_DELAY = 37;
/** Authentication option: adds a key, RFC 5925 (Linux 6.7). */
export const TCP_AO_ADD_KEY = 38;
/** Authentication option: removes a key (Linux 6.7). */
export const TCP_AO_DEL_KEY = 39;
/** Authentication option: state of the socket (Linux 6.7). */
export const TCP_AO_INFO = 40;
/** Authentication option: lists keys (Linux 6.7). */
export const TCP_AO_GET_KEYS = 41;
/** Authentication option: sequence extension, under repair (Linux 6.7). */
export const TCP_AO_REPAIR = 42;
/** Gets whether Multipath TCP is in use (Linux 6.9). */
export const TCP_IS_MPTCP = 43;
/** Longest retransmission time-out, in milliseconds (Linux 6.15). */
export const TCP_RTO_MAX_MS = 44;
/** Shortest retransmission time-out, in microseconds (Linux 6.15). */
export const TCP_RTO_MIN_US = 45;
/** Longest delay of an acknowledgement, in microseconds (Linux 6.15). */
export const TCP_DELACK_MAX_US = 46;

// Values of TCP_REPAIR: linux/tcp.h
/** Repair mode on. */
export const TCP_REPAIR_ON = 1;
/** Repair mode off. */
export const TCP_REPAIR_OFF = 0;
/** Repair mode off, without a window probe. */
export const TCP_REPAIR_OFF_NO_WP: number = -1;

// Default segment sizes in bytes: linux/tcp.h
/** Default maximum segment size over IPv4, RFC 1122. */
export const TCP_MSS_DEFAULT = 536;
/** Desired maximum segment size over IPv6, RFC 3226. */
export const TCP_MSS_DESIRED = 1220;

// Bits of tcp_info's options: linux/tcp.h
/** Time stamps are in use. */
export const TCPI_OPT_TIMESTAMPS = 0x1;
/** Selective acknowledgements are in use. */
export const TCPI_OPT_SACK = 0x2;
/** Window scaling is in use. */
export const TCPI_OPT_WSCALE = 0x4;
/** Explicit congestion notification was negotiated. */
export const TCPI_OPT_ECN = 0x8;
/** A packet with an ECN-capable mark was received. */
export const TCPI_OPT_ECN_SEEN = 0x10;
/** Data in the SYN was acknowledged. */
export const TCPI_OPT_SYN_DATA = 0x20;

// States, as in tcp_info's state and /proc/net/tcp: net/tcp_states.h
/** Open connection. */
export const TCP_ESTABLISHED = 1;
/** A SYN was sent. */
export const TCP_SYN_SENT = 2;
/** A SYN was received. */
export const TCP_SYN_RECV = 3;
/** A FIN was sent, not yet acknowledged. */
export const TCP_FIN_WAIT1 = 4;
/** Our FIN was acknowledged; waiting for the peer's. */
export const TCP_FIN_WAIT2 = 5;
/** Waiting for late segments to die out. */
export const TCP_TIME_WAIT = 6;
/** No connection. */
export const TCP_CLOSE = 7;
/** The peer sent a FIN; the program has not closed yet. */
export const TCP_CLOSE_WAIT = 8;
/** Our FIN after the peer's, not yet acknowledged. */
export const TCP_LAST_ACK = 9;
/** Waiting for connections. */
export const TCP_LISTEN = 10;
/** Both sides sent a FIN; ours is not yet acknowledged. */
export const TCP_CLOSING = 11;
/** Request socket of a listener, internal to the kernel. */
export const TCP_NEW_SYN_RECV = 12;
