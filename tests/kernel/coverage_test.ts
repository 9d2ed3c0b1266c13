/**
 * Every call, flag, command, request and option that a guest has, through each stack: what Linux
 * does, or the row of a table of limitations that says why not.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { fileLimitations, pathLimitations } from "../../lib/kernel/files/file_limitations.ts";
import { Kernel } from "../../lib/kernel/kernel.ts";
import type { System } from "../../lib/kernel/system.ts";
import { errnoName } from "../../lib/linux/errno.ts";
import { SOCKET_OPTIONS } from "../../lib/linux/socket_options.ts";
import { DESCRIPTOR_CALLS } from "./behaviours/descriptor_calls.ts";
import { EPOLL_CALLS } from "./behaviours/epoll_calls.ts";
import { FCNTL_COMMANDS } from "./behaviours/fcntl_commands.ts";
import { INTERNET_OPTIONS } from "./behaviours/internet_options.ts";
import { IOCTL_REQUESTS } from "./behaviours/ioctl_requests.ts";
import { MESSAGE_FLAGS } from "./behaviours/message_flags.ts";
import { PATH_CALLS } from "./behaviours/path_calls.ts";
import { SOCKET_CALLS } from "./behaviours/socket_calls.ts";
import { SOCKET_LEVEL_OPTIONS } from "./behaviours/socket_options.ts";
import type { Coverage, Subject } from "./behaviours/subject.ts";
import { TCP_OPTIONS } from "./behaviours/tcp_options.ts";
import { TRANSFER_CALLS } from "./behaviours/transfer_calls.ts";
import { STACKS, type TestedStack, testOn } from "./guest.ts";

/** The type checker holds this against `System`. */
const CALLS: Coverage<Exclude<keyof System, "keepsLookups">> = {
  ...SOCKET_CALLS,
  ...TRANSFER_CALLS,
  ...DESCRIPTOR_CALLS,
  ...PATH_CALLS,
  ...EPOLL_CALLS,
};

const OPTIONS: Coverage = { ...SOCKET_LEVEL_OPTIONS, ...INTERNET_OPTIONS, ...TCP_OPTIONS };

/** Each table with how a test's name begins. */
const TABLES: readonly (readonly [table: Coverage, title: (name: string) => string])[] = [
  [CALLS, (name) => `${name}()`],
  [MESSAGE_FLAGS, (name) => name],
  [FCNTL_COMMANDS, (name) => `fcntl(${name})`],
  [IOCTL_REQUESTS, (name) => `ioctl(${name})`],
  [OPTIONS, (name) => name],
];

function testSubject(
  stack: TestedStack,
  title: string,
  { does, run, deno, missing = null }: Subject,
): void {
  if (stack === "libc" || deno === undefined) {
    testOn(stack, `${title} ${does}`, run, missing);
    return;
  }
  testOn(stack, `${title} does not do so: ${does}`, (guest) => {
    const rows = [...guest.stack.limitations, ...fileLimitations, ...pathLimitations];
    const row = rows.find(({ call }) => call === deno.row);
    assert(row !== undefined, `no row ${deno.row}`);
    const result = deno.gives(guest);
    assertEquals(result < 0 ? errnoName(-result) : String(result), errnoName(row.errno), row.call);
  });
}

for (const [table, title] of TABLES) {
  for (const [name, subjects] of Object.entries(table)) {
    for (const subject of subjects) {
      for (const stack of STACKS) testSubject(stack, title(name), subject);
    }
  }
}

/** Names of what `Kernel` has beyond `System`. */
const OWN_METHODS: ReadonlySet<string> = new Set(["constructor", "exit", "leave", "share"]);

function methodsOf(prototype: object): string[] {
  const parent: object | null = Object.getPrototypeOf(prototype);
  const inherited = parent === null || parent === Object.prototype ? [] : methodsOf(parent);
  const names = Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([name, { value }]) => typeof value === "function" && !OWN_METHODS.has(name))
    .map(([name]) => name);
  return [...new Set([...inherited, ...names])];
}

Deno.test("the coverage table has every call of System, and each something to show", () => {
  // TypeScript's own word for methods that are inherited by the kernel's parts alone.
  const internal = new Set([
    "awaitAdmitted",
    "base",
    "end",
    "install",
    "installPair",
    "isBound",
    "noteBound",
    "receiveAdmitted",
    "release",
    "reservePair",
  ]);
  const methods = methodsOf(Kernel.prototype).filter((name) => !internal.has(name));
  assertEquals(Object.keys(CALLS).sort(), methods.sort());
});

Deno.test("the coverage table has every socket option of the table of options", () => {
  const labels = SOCKET_OPTIONS.map(({ label }) => label);
  assertEquals(Object.keys(OPTIONS).sort(), labels.sort());
});

Deno.test("the coverage table leaves nothing empty", () => {
  for (const [table] of TABLES) {
    for (const [name, subjects] of Object.entries(table)) assert(subjects.length > 0, name);
  }
});

testOn("libc", "LibcStack has no limitations that rows would have to tell of", (guest) => {
  assertEquals(guest.stack.limitations, []);
});
