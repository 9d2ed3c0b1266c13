/**
 * Operations of epoll(7) and eventfd(2).
 *
 * @module
 */
import { decodeEpollEvent, EPOLL_EVENT_SIZE, type EpollEvent } from "../../../lib/linux/epoll.ts";
import type { Call, Operation } from "../call.ts";
import { formatBits, formatResult } from "../format.ts";
import { NO_SOCKET } from "../names.ts";
import { parseLong } from "../values.ts";

/** The operations of this file by name. */
export const EPOLL_OPERATIONS: Readonly<Record<string, Operation>> = {
  "epoll_create1": createEpoll,
  "epoll_ctl": changeRegistration,
  "epoll_wait": waitForEvents,
  eventfd,
};

// Events that one statement can receive, and that Linux lets a call ask for (fs/eventpoll.c).
const MOST_EVENTS = 1024;
const MAX_EVENTS = 178956970;

const EPOLL_EVENTS = [
  "EPOLLIN",
  "EPOLLPRI",
  "EPOLLOUT",
  "EPOLLRDNORM",
  "EPOLLRDBAND",
  "EPOLLWRNORM",
  "EPOLLWRBAND",
  "EPOLLERR",
  "EPOLLHUP",
  "EPOLLRDHUP",
];

function createEpoll(call: Call): string {
  return call.descriptorResult(call.system.epollCreate1(call.int(0)), NO_SOCKET);
}

function eventfd(call: Call): string {
  const result = call.system.eventfd2(call.int(0) >>> 0, call.int(1));
  return call.descriptorResult(result, NO_SOCKET);
}

function changeRegistration(call: Call): string {
  return formatResult(
    call.system.epollCtl(call.fd(0), call.int(1), call.fd(2), readEvent(call)),
  );
}

function readEvent(call: Call): EpollEvent | null {
  if (call.count <= 3 || call.text(3) === "null" || call.text(3) === "bad") return null;
  const data = call.count > 4 ? BigInt.asUintN(64, parseLong(call.text(4))) : 0n;
  return { events: call.int(3) >>> 0, data };
}

function waitForEvents(call: Call): string {
  const room = call.int(1);
  const count = room > MAX_EVENTS ? room : Math.min(room, MOST_EVENTS);
  const faults = call.count > 3;
  const bytes = faults ? null : new Uint8Array(MOST_EVENTS * EPOLL_EVENT_SIZE);
  const result = call.system.epollPwait(call.fd(0), bytes, count, call.int(2));
  if (result < 0 || bytes === null) return formatResult(result);
  const events = Array.from({ length: result }, (_, index) => decodeEpollEvent(bytes, index))
    .filter((event) => event !== null)
    .sort((a, b) => a.data < b.data ? -1 : Number(a.data > b.data));
  const ready = events.map(({ data, events }) => `${data}=${formatBits(events, EPOLL_EVENTS)}`);
  return [result, ...ready].join(" ");
}
