/**
 * What became of a handshake, in plain words.
 *
 * @module
 */
import type { SocketAddress } from "../../ip.ts";
import { Errno, errnoMessage } from "../../linux/errno.ts";
import { TCP_FLAG_RST, TCP_FLAG_SYN } from "../../wire/tcp_flags.ts";
import type { Exchange } from "./exchange.ts";

function synCount({ events }: Exchange): number {
  return events.filter(({ outgoing, segment }) => outgoing && (segment.flags & TCP_FLAG_SYN) !== 0)
    .length;
}

function timedOut(exchange: Exchange, remote: SocketAddress, timeout: number): string {
  const count = synCount(exchange);
  const syns = count === 1 ? "one SYN" : `${count} SYNs`;
  const answers = exchange.events.filter(({ outgoing }) => !outgoing).length;
  const time = `${timeout / 1000} s`;
  return answers === 0
    ? `${remote} did not answer ${syns} in ${time}: nobody has the address, or a firewall drops them`
    : `${remote} answered ${syns} with ${answers} segments in ${time}, none of which accepts`;
}

function wasReset({ events }: Exchange): boolean {
  return events.some(({ outgoing, segment }) => !outgoing && (segment.flags & TCP_FLAG_RST) !== 0);
}

/**
 * Says why a handshake failed.
 *
 * @param exchange What passed.
 * @param remote The peer's address.
 * @param timeout How long was waited, in milliseconds.
 * @returns Null if it did not fail.
 */
export function explainFailure(
  exchange: Exchange,
  remote: SocketAddress,
  timeout: number,
): string | null {
  const { error, established } = exchange;
  if (established !== null && error === 0) return null;
  if (established !== null) {
    return wasReset(exchange)
      ? `${remote} was connected and then reset: by the server, or by a kernel that has no socket ` +
        `for this side's port and answered for it`
      : `${remote} was connected, and then failed: ${errnoMessage(error)}`;
  }
  switch (error) {
    case Errno.ECONNREFUSED:
      return wasReset(exchange)
        ? `${remote} refused: it answered the SYN with a reset, so nothing listens there`
        : `${remote} refused: its host says by ICMP that nothing listens there`;
    case Errno.ETIMEDOUT:
      return timedOut(exchange, remote, timeout);
    case Errno.EHOSTUNREACH:
    case Errno.ENETUNREACH:
      return exchange.events.length === 0
        ? `${remote} cannot be reached: no connection can have that address`
        : `${remote} cannot be reached: a router on the way says ${errnoMessage(error)}`;
    default:
      return `${remote}: ${errnoMessage(error)}`;
  }
}
