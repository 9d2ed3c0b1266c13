/**
 * The table of host calls for a machine: arguments checked, then carried out over a system.
 *
 * @module
 */
import { MocaTrap } from "../../moca/error.ts";
import { HeapBlock, Pointer, Sequence, type Value } from "../../moca/value.ts";
import type { HostCall, PENDING } from "../../moca/vm_types.ts";
import { HOST_CALL_ROWS, type HostCallRow, type Parameter } from "./call_table.ts";
import type { CallContext } from "./call_context.ts";
import { wallClock } from "./clock.ts";
import { Arguments, type Handler, isSteps } from "./handler.ts";
import { SOCKET_CALLS } from "./socket_calls.ts";
import { STREAM_CALLS } from "./stream_calls.ts";
import { TRANSFER_CALLS } from "./transfer_calls.ts";
import type { Steps } from "./wait.ts";

const KIND_TEXTS = {
  integer: "an integer",
  string: "a string",
  reference: "a reference",
} as const;

const CLOCK_CALLS: readonly (readonly [name: string, handler: Handler])[] = [
  ["time", () => wallClock() / 1_000_000_000n],
  ["time_nanos", wallClock],
];

const HANDLERS: ReadonlyMap<string, Handler> = new Map([
  ...CLOCK_CALLS,
  ...STREAM_CALLS,
  ...TRANSFER_CALLS,
  ...SOCKET_CALLS,
]);

function fits(value: Value, { kind }: Parameter): boolean {
  switch (kind) {
    case "integer":
      return typeof value === "bigint";
    case "string":
      return typeof value === "string";
    case "reference":
      return typeof value === "string" || value instanceof Pointer || value instanceof Sequence ||
        value instanceof HeapBlock;
  }
}

/** Checks a call's arguments; what is wrong with them a script can catch. */
function checkArguments({ name, params }: HostCallRow, args: readonly Value[]): void {
  if (args.length !== params.length) {
    throw new MocaTrap(`${name} hostcall expects ${params.length} arguments, got ${args.length}`);
  }
  for (const [i, param] of params.entries()) {
    if (!fits(args[i] ?? null, param)) {
      throw new MocaTrap(`${name}: ${param.name} must be ${KIND_TEXTS[param.kind]}`);
    }
  }
}

/**
 * Makes the host calls of a machine.
 *
 * @param context Its system and descriptors.
 * @param wait Runs a call in steps to its end, or keeps it and returns `PENDING`.
 * @returns Host calls by number.
 */
export function hostCalls(
  context: CallContext,
  wait: (steps: Steps<Value>) => Value | typeof PENDING,
): Map<number, HostCall> {
  const calls = new Map<number, HostCall>();
  for (const row of HOST_CALL_ROWS) {
    const handler = HANDLERS.get(row.name);
    if (handler === undefined) throw new TypeError(`Cannot make host calls: no "${row.name}"`);
    calls.set(row.number, (args) => {
      context.check();
      checkArguments(row, args);
      const result = handler(context, new Arguments(args));
      return isSteps(result) ? wait(result) : result;
    });
  }
  return calls;
}
