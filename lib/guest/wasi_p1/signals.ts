/**
 * What WASI preview 1's signals do to a guest, which has no handlers: signal(7), default actions.
 *
 * @module
 */

/** Exit status of what a signal ends: 128 and Linux's number of it, as shells show it. */
const SIGNALED = 128;

/** `signal` of wasi_snapshot_preview1.witx: x86-64's numbers, but for SIGSTKFLT, which is not there. */
const SIGSTKFLT = 16;
const LAST_SIGNAL = 30;

const SIGCHLD = 16;
const SIGCONT = 17;
const SIGURG = 22;
const SIGWINCH = 27;
const IGNORED: ReadonlySet<number> = new Set([0, SIGCHLD, SIGCONT, SIGURG, SIGWINCH]);

const SIGSTOP = 18;
const SIGTTOU = 21;

/**
 * What a signal does.
 *
 * @param signal Any number.
 * @returns The exit status of a guest that it ends, `ignore`, `stop`, or null for no signal.
 */
export function signalAction(signal: number): number | "ignore" | "stop" | null {
  if (!(signal >= 0 && signal <= LAST_SIGNAL)) return null;
  if (IGNORED.has(signal)) return "ignore";
  if (signal >= SIGSTOP && signal <= SIGTTOU) return "stop";
  return SIGNALED + (signal < SIGSTKFLT ? signal : signal + 1);
}
