/**
 * Arguments of the calls of epoll(7).
 *
 * @module
 */
import { decodeEpollEvent, EPOLL_CTL_DEL, type EpollEvent } from "../linux/epoll.ts";
import type { Bytes } from "../stack/open_file.ts";
import { formatFlags } from "./name_table.ts";
import { EPOLL_EVENTS } from "./names.ts";
import { type Call, formatList, type Later, NULL, numberAt, POINTER } from "./verb.ts";

function formatEvent({ events, data }: EpollEvent): string {
  const whole = BigInt.asUintN(64, data);
  const low = BigInt.asUintN(32, data);
  return `{events=${formatFlags(EPOLL_EVENTS, events)}, data={u32=${low}, u64=${whole}}}`;
}

/** The event of epoll_ctl(2), which EPOLL_CTL_DEL does not look at. */
export function registeredEvent(event: EpollEvent | null, call: Call): string {
  if (event === null) return NULL;
  return numberAt(call, 1) === EPOLL_CTL_DEL ? POINTER : formatEvent(event);
}

/** The events that epoll_pwait(2) has filled in. */
export function readyEvents(bytes: Bytes | null, call: Call): Later {
  return () => {
    if (bytes === null) return NULL;
    if (call.result < 0) return POINTER;
    const ready: EpollEvent[] = [];
    for (let index = 0; index < call.result; index++) {
      const event = decodeEpollEvent(bytes, index);
      if (event !== null) ready.push(event);
    }
    return formatList(ready, call, formatEvent);
  };
}

/** The time-out of epoll_pwait(2), and the signal mask that `System` does not have. */
export function epollTimeout(milliseconds: number): string {
  return `${milliseconds}, ${NULL}, 8`;
}
