/**
 * An ICMP error arrives about a segment of a connection: RFC 9293, section 3.9.2.2; RFC 5927.
 *
 * @module
 */
import { Errno } from "../linux/errno.ts";
import type { IcmpError, IcmpErrorKind } from "../wire/icmp.ts";
import { sequenceLess, sequenceLessOrEqual } from "../wire/sequence_number.ts";
import type { TransmissionControlBlock } from "./transmission_control_block.ts";

/** Errno of each kind, as Linux gives it to a connection. */
const ERRNOS: Readonly<Record<IcmpErrorKind, number>> = {
  "protocol-unreachable": Errno.ECONNREFUSED,
  "port-unreachable": Errno.ECONNREFUSED,
  "prohibited": Errno.EHOSTUNREACH,
  "network-unreachable": Errno.ENETUNREACH,
  "host-unreachable": Errno.EHOSTUNREACH,
  "packet-too-big": Errno.EMSGSIZE,
  "time-exceeded": Errno.EHOSTUNREACH,
  "parameter-problem": Errno.EPROTO,
};

/** Least MTU that is believed: RFC 791 (what every link takes), RFC 8200. */
const LEAST_MTU = { 4: 552, 6: 1280 } as const;
const HEADERS = { 4: 40, 6: 60 } as const;

/** Smaller segments from now on, and again those that did not get through: RFC 1191, RFC 8201. */
function shrink(tcb: TransmissionControlBlock, mtu: number): void {
  const { family } = tcb.settings;
  const limit = Math.max(mtu, LEAST_MTU[family]) - HEADERS[family];
  if (limit >= tcb.segmentLimit) return;
  tcb.segmentLimit = limit;
  tcb.congestion.setSegmentSize(tcb.segmentSize);
  if (tcb.inFlight > 0 && tcb.synAcknowledged) tcb.goBack();
}

/**
 * Takes an ICMP error. One about a sequence number that is not on the way is forged or late, and does
 * nothing. A connection that is established outlives all of them (RFC 5927, section 5.2); one that is
 * being opened ends with what says that nobody is there (SHLD-26), and remembers the rest (MUST-56).
 *
 * @param tcb The connection.
 * @param error The error.
 * @param sequence Sequence number of the segment that it is about.
 */
export function icmpArrives(
  tcb: TransmissionControlBlock,
  error: IcmpError,
  sequence: number,
): void {
  if (sequenceLess(sequence, tcb.sndUna) || !sequenceLessOrEqual(sequence, tcb.sndMax)) return;
  if (error.kind === "packet-too-big") return shrink(tcb, error.mtu);
  const errno = ERRNOS[error.kind];
  if (tcb.state === "SYN-SENT" && errno === Errno.ECONNREFUSED) return tcb.end(errno);
  tcb.softError = errno;
}
