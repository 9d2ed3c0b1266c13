/**
 * Arguments and results of poll(2) and select(2).
 *
 * @module
 */
import type { PollFd } from "../linux/poll.ts";
import { fdIsSet } from "../linux/select.ts";
import { formatFlags } from "./name_table.ts";
import { POLL_EVENTS } from "./names.ts";
import { type Call, formatList, NULL, numberAt, POINTER } from "./verb.ts";

/** The descriptors of poll(2) with the events asked for, and their count. */
export function pollFds(fds: readonly PollFd[], call: Call): string {
  const list = formatList(
    fds,
    call,
    ({ fd, events }) =>
      fd < 0 ? `{fd=${fd}}` : `{fd=${fd}, events=${formatFlags(POLL_EVENTS, events & 0xffff)}}`,
  );
  return `${list}, ${fds.length}`;
}

/** The result of poll(2): `1 ([{fd=3, revents=POLLIN}])`. */
export function pollResult(call: Call): string {
  if (call.result === 0) return "0 (Timeout)";
  const ready = (call.args[0] as readonly PollFd[]).filter(({ revents }) => revents !== 0);
  const list = formatList(
    ready,
    call,
    ({ fd, revents }) => `{fd=${fd}, revents=${formatFlags(POLL_EVENTS, revents & 0xffff)}}`,
  );
  return `${call.result} (${list})`;
}

function formatFdSet(set: Uint8Array, count: number): string {
  const members: number[] = [];
  for (let fd = 0; fd < Math.min(count, set.length * 8); fd++) {
    if (fdIsSet(set, fd)) members.push(fd);
  }
  return `[${members.join(" ")}]`;
}

/** A descriptor set of select(2). */
export function fdSet(set: Uint8Array | null, call: Call): string {
  if (set === null) return NULL;
  const count = numberAt(call, 0);
  return count < 0 ? POINTER : formatFdSet(set, count);
}

/** The time-out of select(2), given in milliseconds. */
export function selectTimeout(milliseconds: number | null): string {
  if (milliseconds === null) return NULL;
  const seconds = Math.trunc(milliseconds / 1000);
  const microseconds = Math.round((milliseconds - seconds * 1000) * 1000);
  return `{tv_sec=${seconds}, tv_usec=${microseconds}}`;
}

/** The result of select(2): `2 (in [3], out [4])`. */
export function selectResult(call: Call): string {
  if (call.result === 0) return "0 (Timeout)";
  const sets = ["in", "out", "except"].flatMap((name, i) => {
    const set = call.args[i + 1] as Uint8Array | null;
    const members = set === null ? "[]" : formatFdSet(set, numberAt(call, 0));
    return members === "[]" ? [] : [`${name} ${members}`];
  });
  return `${call.result} (${sets.join(", ")})`;
}
