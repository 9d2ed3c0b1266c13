/**
 * What a connection does because time has passed: RFC 9293, sections 3.8 and 3.10.8; RFC 6298.
 *
 * @module
 */
import { Errno } from "../linux/errno.ts";
import { onReorderingTimer, onRetransmissionTimeout } from "./recovery.ts";
import { queueReset } from "./reset.ts";
import { isSynchronized } from "./state.ts";
import type { TransmissionControlBlock } from "./transmission_control_block.ts";

/** Longest wait between questions for a window: R2 is not meant for them (MUST-35). */
const LONGEST_PROBE_WAIT = 60_000;

function isOpening({ state }: TransmissionControlBlock): boolean {
  return state === "SYN-SENT" || state === "SYN-RECEIVED";
}

/** When the connection is given up if nothing more is acknowledged: R2 (MUST-20, MUST-23). */
function giveUpAt(tcb: TransmissionControlBlock): number {
  const { settings } = tcb;
  return isOpening(tcb)
    ? tcb.openedAt + settings.openTimeout
    : tcb.unacknowledgedSince + settings.userTimeout;
}

function giveUp(tcb: TransmissionControlBlock): void {
  tcb.end(tcb.softError === 0 ? Errno.ETIMEDOUT : tcb.softError);
}

/**
 * Starts the retransmission timer again: RFC 6298, section 5.
 *
 * @param tcb The connection.
 * @param now Milliseconds.
 */
export function restartRetransmissionTimer(tcb: TransmissionControlBlock, now: number): void {
  tcb.retransmitAt = Math.min(now + tcb.rtt.timeout, Math.max(giveUpAt(tcb), now));
}

function onRetransmitTimer(tcb: TransmissionControlBlock, now: number): void {
  if (now >= giveUpAt(tcb)) return giveUp(tcb);
  if (isOpening(tcb)) {
    tcb.synRepeated = true;
    tcb.rtt.backOff();
    tcb.sndNxt = tcb.iss;
    restartRetransmissionTimer(tcb, now);
    return;
  }
  if (tcb.sndWnd === 0) {
    // The peer has closed its window over what is on the way: it is asked, not given up (MUST-37).
    tcb.retransmitAt = Infinity;
    tcb.goBack();
    tcb.persistAt = now;
    return;
  }
  onRetransmissionTimeout(tcb);
  restartRetransmissionTimer(tcb, now);
}

function onPersistTimer(tcb: TransmissionControlBlock, now: number): void {
  if (now - tcb.heardAt >= tcb.settings.userTimeout) return giveUp(tcb);
  tcb.probeDue = true;
  const wait = tcb.rtt.timeout * 2 ** Math.min(tcb.probes, 16);
  tcb.probes += 1;
  tcb.persistAt = now + Math.min(wait, LONGEST_PROBE_WAIT);
}

function onKeepAliveTimer(tcb: TransmissionControlBlock, now: number): void {
  const { settings } = tcb;
  if (tcb.keepAliveProbes >= settings.keepAliveCount) {
    queueReset(tcb);
    return giveUp(tcb);
  }
  tcb.keepAliveProbes += 1;
  tcb.keepAliveAt = now + settings.keepAliveInterval;
  tcb.keepAliveDue = true;
}

/**
 * Lets time pass.
 *
 * @param tcb The connection.
 * @param now Milliseconds.
 */
export function runTimers(tcb: TransmissionControlBlock, now: number): void {
  if (now >= tcb.closeAt) return tcb.end(0);
  if (now >= tcb.retransmitAt) onRetransmitTimer(tcb, now);
  if (now >= tcb.reorderAt) onReorderingTimer(tcb, now);
  if (now >= tcb.tailProbe.at) {
    tcb.tailProbe.at = Infinity;
    tcb.tailProbe.due = true;
  }
  if (now >= tcb.persistAt) onPersistTimer(tcb, now);
  if (now >= tcb.keepAliveAt) onKeepAliveTimer(tcb, now);
  if (now >= tcb.acknowledgeAt) {
    tcb.acknowledgeAt = Infinity;
    tcb.ackNow = true;
  }
}

/**
 * Sees to it that a window that is too small is asked about (MUST-36).
 *
 * @param tcb The connection.
 * @param now Milliseconds.
 */
export function startPersistTimer(tcb: TransmissionControlBlock, now: number): void {
  if (tcb.persistAt !== Infinity) return;
  tcb.probes = 0;
  tcb.heardAt = now;
  tcb.persistAt = now + tcb.rtt.timeout;
}

/**
 * Notes that the peer is there.
 *
 * @param tcb The connection.
 * @param now Milliseconds.
 */
export function noteArrival(tcb: TransmissionControlBlock, now: number): void {
  tcb.heardAt = now;
  tcb.keepAliveProbes = 0;
  restartKeepAliveTimer(tcb, now);
}

/**
 * Starts the keep-alive timer again, or stops it where the user does not want it.
 *
 * @param tcb The connection.
 * @param now Milliseconds.
 */
export function restartKeepAliveTimer(tcb: TransmissionControlBlock, now: number): void {
  const wanted = tcb.settings.keepAlive && isSynchronized(tcb.state) && tcb.state !== "TIME-WAIT";
  tcb.keepAliveAt = wanted ? now + tcb.settings.keepAliveIdle : Infinity;
}

/**
 * Returns when the connection has to be looked at again although nothing has arrived.
 *
 * @param tcb The connection.
 * @returns Milliseconds; Infinity for never.
 */
export function nextTimer(tcb: TransmissionControlBlock): number {
  return Math.min(
    tcb.retransmitAt,
    tcb.reorderAt,
    tcb.tailProbe.at,
    tcb.persistAt,
    tcb.acknowledgeAt,
    tcb.closeAt,
    tcb.keepAliveAt,
  );
}
