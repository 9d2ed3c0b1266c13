/**
 * Behaviours that many socket options share.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Errno } from "../../../lib/linux/errno.ts";
import { IPPROTO_IP } from "../../../lib/linux/in.ts";
import { AF_INET, AF_INET6, SOCK_DGRAM, SOCK_STREAM } from "../../../lib/linux/socket.ts";
import { socketOption } from "../../../lib/linux/socket_options.ts";
import { assertErrno, type Guest } from "../guest.ts";
import type { Subject } from "./subject.ts";

/** The socket that an option is tried on. */
export type SocketKind = "tcp" | "tcp6" | "udp" | "udp6";

/** An option that is an int, on sockets of these kinds. */
export interface IntOption {
  readonly level: number;
  readonly name: number;
  readonly on: readonly SocketKind[];
}

/** How an int option takes values. */
export interface IntValues {
  /** What a new socket has; absent where it depends on the machine. */
  readonly fresh?: number;
  /** What can be set, and what is there then. */
  readonly takes?: readonly (readonly [value: number, then: number])[];
  /** What is refused, and with which errno. */
  readonly refuses?: readonly (readonly [value: number, errno: number])[];
  /** The row for stacks that take only the value that is there. */
  readonly row?: string;
}

/** A new socket without time-outs, on which nothing was set. */
export function freshSocket(guest: Guest, kind: SocketKind): number {
  const domain = kind.endsWith("6") ? AF_INET6 : AF_INET;
  const type = kind.startsWith("tcp") ? SOCK_STREAM : SOCK_DGRAM;
  return guest.ok(guest.kernel.socket(domain, type, 0), "socket");
}

/** Fails unless an option that cannot be set is ENOPROTOOPT to who tries. */
export function assertReadOnly(guest: Guest, fd: number, level: number, name: number): void {
  assertEquals(socketOption(level, name)?.set, false);
  assertErrno(guest.setInt(fd, level, name, 1), Errno.ENOPROTOOPT);
}

/** What an int option is at first, takes and refuses. */
export function intOption({ level, name, on }: IntOption, values: IntValues): Subject[] {
  const { fresh, takes = [], refuses = [], row } = values;
  const first: Subject = {
    does: fresh === undefined ? "can be got and set to what it is" : `is ${fresh} at first`,
    run(guest) {
      for (const kind of on) {
        const fd = freshSocket(guest, kind);
        const value = guest.getInt(fd, level, name);
        if (fresh !== undefined) assertEquals(value, fresh, kind);
        assertEquals(guest.setInt(fd, level, name, value), 0, kind);
        for (const [wrong, errno] of refuses) {
          assertErrno(guest.setInt(fd, level, name, wrong), errno, `${kind} ${wrong}`);
        }
        // IPPROTO_IP takes an empty value for 0.
        if (level === IPPROTO_IP) continue;
        const short = guest.kernel.setsockopt(fd, level, name, new Uint8Array(3), 3);
        assertErrno(short, Errno.EINVAL, `${kind}, too short`);
      }
    },
  };
  if (takes.length === 0) return [first];
  const [[other]] = takes as readonly [readonly [number, number]];
  const set: Subject = {
    does: `takes ${takes.map(([value]) => value).join(", ")}`,
    run(guest) {
      for (const kind of on) {
        const fd = freshSocket(guest, kind);
        for (const [value, then] of takes) {
          assertEquals(guest.setInt(fd, level, name, value), 0, `${kind} ${value}`);
          assertEquals(guest.getInt(fd, level, name), then, `${kind} ${value}`);
        }
      }
    },
  };
  if (row === undefined) return [first, set];
  const gives = (guest: Guest): number =>
    guest.setInt(freshSocket(guest, on[0] as SocketKind), level, name, other);
  return [first, { ...set, deno: { row, gives } }];
}

/** A flag: 0 at first, 1 for whatever is not 0. */
export function boolOption(option: IntOption, row?: string): Subject[] {
  const takes = [[1, 1], [0, 0], [-7, 1]] as const;
  return intOption(option, { fresh: 0, takes, ...(row === undefined ? {} : { row }) });
}
