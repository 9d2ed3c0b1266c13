/**
 * Runs the guests of `tests/guests/wasi_p2`.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Component, Trap, WasiHost, type WasiOptions } from "../../../lib/guest/wasi_p2/mod.ts";
import { Kernel } from "../../../lib/kernel/kernel.ts";
import type { Policy } from "../../../lib/kernel/policy/policy.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { openStack } from "../../../lib/stack/open.ts";
import { STACKS, type TestedStack, whyMissing } from "../../kernel/guest.ts";
import { unlessSkipped } from "../../skipped.ts";

const FOLDER = new URL("../../guests/wasi_p2/", import.meta.url);

/** Descriptors that are looked at for what a guest has left open. */
const MOST_DESCRIPTORS = 64;

const components = new Map<string, Promise<Component>>();

/** A guest's bytes. */
export function guestBytes(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(`${name}.component.wasm`, FOLDER));
}

/** A guest, compiled once. */
export function guestComponent(name: string): Promise<Component> {
  let component = components.get(name);
  if (component === undefined) {
    component = Component.compile(guestBytes(name));
    components.set(name, component);
  }
  return component;
}

/** What a guest is expected to print, from `expected/NAME.txt`. */
export function expectedText(name: string): string {
  return Deno.readTextFileSync(new URL(`expected/${name}.txt`, FOLDER));
}

/** How a guest is run. */
export interface GuestOptions extends Omit<WasiOptions, "system" | "args"> {
  /** The policy of its kernel. */
  readonly policy?: Policy;
  /** What standard input gives; default: nothing. */
  readonly stdin?: string;
}

/** What came of it. */
export interface GuestOutcome {
  /** Its exit status; null if it trapped. */
  readonly status: number | null;
  /** What it trapped with; empty if it did not. */
  readonly trap: string;
  /** What it printed. */
  readonly stdout: string;
  /** What it printed to standard error. */
  readonly stderr: string;
}

/** Runs a guest over a stack of its own; fails if it leaves a descriptor of the kernel open. */
export async function runGuest(
  stack: TestedStack,
  name: string,
  args: readonly string[] = [],
  options: GuestOptions = {},
): Promise<GuestOutcome> {
  const component = await guestComponent(name);
  const { policy, stdin, ...others } = options;
  const input = new TextEncoder().encode(stdin ?? "");
  const output = { stdout: "", stderr: "" };
  const decoder = new TextDecoder();
  const collect = (key: "stdout" | "stderr") => (bytes: Uint8Array): number => {
    output[key] += decoder.decode(bytes.slice());
    return bytes.length;
  };
  let read = 0;
  using kernel = new Kernel(openStack(stack), {
    ...(policy === undefined ? {} : { policy }),
    stdio: {
      stdin: (buffer) => {
        const part = input.subarray(read, read + buffer.length);
        buffer.set(part);
        read += part.length;
        return part.length;
      },
      stdout: collect("stdout"),
      stderr: collect("stderr"),
    },
  });
  let status: number | null = null;
  let trap = "";
  {
    using host = new WasiHost({ ...others, system: kernel, args: [name, ...args] });
    try {
      status = host.run(component);
    } catch (error) {
      if (!(error instanceof Trap)) throw error;
      trap = error.message;
    }
  }
  const open: number[] = [];
  for (let fd = 3; fd < MOST_DESCRIPTORS; fd++) {
    if (kernel.kind(fd) !== -Errno.EBADF) open.push(fd);
  }
  assertEquals(open, [], "the guest has left descriptors open");
  return { status, trap, ...output };
}

/** Registers a test for each stack; `reason` says why it cannot run here. */
export function testEachStack(
  name: string,
  body: (stack: TestedStack) => Promise<void> | void,
  reason: string | null = null,
): void {
  for (const stack of STACKS) {
    Deno.test({
      ...unlessSkipped(`[${stack}] ${name}`, whyMissing(stack), reason),
      fn: async () => {
        await body(stack);
      },
    });
  }
}
