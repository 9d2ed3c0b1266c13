/**
 * A `System` that does nothing, and holds what a front end passes against what `System` says.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { System } from "../../../lib/kernel/system.ts";
import { SockaddrStorage } from "../../../lib/linux/sockaddr.ts";
import { FileStatus } from "../../../lib/linux/stat.ts";
import type { Random } from "../../linux/random.ts";

const RESULTS = [-11, -9, -14, -22, -110, 0, 0, 0, 1, 3, 64, 2 ** 30];

/** Calls whose third argument is the length of the second. */
const TRANSFERS: ReadonlySet<string> = new Set([
  "read",
  "write",
  "pread",
  "pwrite",
  "send",
  "recv",
  "sendto",
  "recvfrom",
  "getdents",
]);

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

/** Holds one argument against what every call takes; numbers may be any. */
function check(name: string, value: unknown): void {
  if (Array.isArray(value)) {
    for (const entry of value) {
      if (typeof entry !== "object" || entry === null || !("base" in entry)) continue;
      const { base, length } = entry;
      assert(Number.isInteger(length) && length >= 0, `${name}: a buffer of ${length}`);
      assert(base === null || length <= base.length, `${name}: a buffer beyond its bytes`);
    }
  }
}

/** Makes one; its results are `random`'s. */
export function fakeSystem(random: Random): System {
  const call = (name: string, args: readonly unknown[]): number => {
    for (const value of args) check(name, value);
    if (TRANSFERS.has(name)) {
      const [, bytes, length] = args;
      assert(!isBytes(bytes) || Number(length) <= bytes.length, `${name}: beyond its bytes`);
    }
    for (const value of args) {
      if (value instanceof SockaddrStorage) {
        value.set(random.bytes(random.integer(129)));
      } else if (value instanceof FileStatus) {
        value.size = random.signed();
      } else if (value instanceof Int32Array) {
        // What getsockopt wrote is never more than there was room for.
        if (name !== "getsockopt") value.fill(random.integer(2 ** 31));
        else if ((value[0] ?? 0) > 0) value[0] = random.integer((value[0] ?? 0) + 1);
      } else if (isBytes(value) && value.length > 0 && name !== "write" && name !== "send") {
        value[0] = random.integer(256);
      }
    }
    const result = random.pick(RESULTS);
    if (name === "resolve" && result > 0) (args[2] as Uint8Array[]).push(random.bytes(16));
    return result;
  };
  return new Proxy({}, {
    get(_, name) {
      if (name === "rejected") {
        return (_call: string, args: readonly string[], result: number) => {
          assert(args.every((text) => typeof text === "string"));
          return result;
        };
      }
      if (name === "readlinkat" || name === "getcwd") {
        // Their result is a count of what was written.
        return (...args: unknown[]) => {
          const bytes = args.find(isBytes);
          call(String(name), args);
          return bytes === undefined ? -14 : random.integer(bytes.length + 1);
        };
      }
      return (...args: unknown[]) => call(String(name), args);
    },
  }) as System;
}
