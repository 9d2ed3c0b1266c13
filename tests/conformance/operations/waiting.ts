/**
 * Operations that wait, and that measure how long.
 *
 * @module
 */
import { FD_SETSIZE, fdIsSet, fdSet } from "../../../lib/linux/select.ts";
import type { Call, Operation } from "../call.ts";
import { formatBits, formatResult } from "../format.ts";
import { ScenarioError } from "../scenario.ts";
import { parseNumber } from "../values.ts";

/** The operations of this file by name. */
export const WAITING_OPERATIONS: Readonly<Record<string, Operation>> = {
  poll,
  select,
  sleep,
  took,
};

const POLL_EVENTS = [
  "POLLIN",
  "POLLPRI",
  "POLLOUT",
  "POLLRDNORM",
  "POLLRDBAND",
  "POLLWRNORM",
  "POLLWRBAND",
  "POLLERR",
  "POLLHUP",
  "POLLNVAL",
  "POLLRDHUP",
];

function poll(call: Call): string {
  if (call.count % 2 === 0) throw new ScenarioError("poll wants FD EVENTS ... TIMEOUT");
  const pairs = Array.from({ length: (call.count - 1) / 2 }, (_, i) => 2 * i);
  const entries = pairs.map((index) => ({
    fd: call.fd(index),
    events: call.int(index + 1) & 0xffff,
    revents: 0,
  }));
  const result = call.system.poll(entries, call.int(call.count - 1));
  if (result < 0) return formatResult(result);
  const ready = entries.map(({ revents }, i) =>
    `${call.text(2 * i)}=${formatBits(revents & 0xffff, POLL_EVENTS)}`
  );
  return [result, ...ready].join(" ");
}

// A descriptor set of select and the words that are in it before the call.
interface NamedSet {
  readonly key: string;
  readonly words: readonly string[];
  readonly bits: Uint8Array;
}

function select(call: Call): string {
  const readSet = takeSet(call, "r");
  const writeSet = takeSet(call, "w");
  const exceptSet = takeSet(call, "e");
  const sets = [readSet, writeSet, exceptSet].filter((set) => set !== null);
  const fds = sets.flatMap((set) => set.words).map((word) => fdOf(call, word));
  const count = call.intOption("nfds") ?? Math.max(-1, ...fds) + 1;
  const timeout = call.text(0) === "null" ? null : parseNumber(call.text(0));
  const result = call.system.select(
    count,
    readSet?.bits ?? null,
    writeSet?.bits ?? null,
    exceptSet?.bits ?? null,
    timeout,
  );
  if (result < 0) return formatResult(result);
  return [result, ...sets.map((set) => formatSet(call, set))].join(" ");
}

function takeSet(call: Call, key: string): NamedSet | null {
  const members = call.option(key);
  if (members === undefined) return null;
  const words = members.split(",").filter((word) => word !== "");
  const bits = new Uint8Array(FD_SETSIZE / 8);
  for (const word of words) fdSet(bits, fdOf(call, word));
  return { key, words, bits };
}

function fdOf(call: Call, word: string): number {
  const { fd } = call.session.descriptors.resolve(word);
  if (fd < 0 || fd >= FD_SETSIZE) throw new ScenarioError("descriptor out of fd_set range");
  return fd;
}

function formatSet(call: Call, { key, words, bits }: NamedSet): string {
  const ready = words.filter((word) => fdIsSet(bits, fdOf(call, word)));
  return `${key}=${ready.length === 0 ? "-" : ready.join(",")}`;
}

function sleep(call: Call): string {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, call.number(0));
  return "0";
}

function took(call: Call): string {
  const { elapsed } = call.session;
  if (elapsed < call.number(0)) return "too-short";
  return elapsed > call.number(1) ? "too-long" : "ok";
}
