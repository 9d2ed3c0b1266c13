/**
 * The scenarios that the user stack does not run as Linux does, and why.
 *
 * @module
 */

const NO_URGENT_DATA = "send(MSG_OOB) on TCP";

/**
 * Name of a scenario that differs to the `call` of the limitation that stands in its way. A test fails
 * when a scenario of this table passes, when another one differs, and when there is no such row.
 */
export const USER_LIMITS: ReadonlyMap<string, string> = new Map([
  ["epoll-sockets", "select(), epoll_wait() before connect(), after an error or after SHUT_RD"],
  ["options-rcvlowat", "SO_RCVLOWAT in poll(), SO_RCVBUF, SO_SNDBUF"],
  ["select-oob-pipe", NO_URGENT_DATA],
  ["tcp-oob", NO_URGENT_DATA],
  ["tcp-oob-inline", "setsockopt(SO_OOBINLINE)"],
]);

const ON_ITS_WAY = "recv(), send() and epoll_wait(0) right after a send() of this host's to itself";

/** What depends on who is faster, the engine or the guest; Linux's loopback has arrived at once. */
export const USER_RACES: ReadonlyMap<string, string> = new Map([
  ["nonblocking-send-full", ON_ITS_WAY],
  ["tcp-coalesce", ON_ITS_WAY],
]);
