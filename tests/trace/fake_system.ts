/**
 * A `System` whose calls do what a test says, and the trace of what is called.
 *
 * @module
 */
import type { System } from "../../lib/kernel/system.ts";
import { Errno } from "../../lib/linux/errno.ts";
import { trace, type TraceOptions } from "../../lib/trace/mod.ts";

/** What a test gives of a system. */
export type Script = Partial<System>;

/** A system of the given calls; all others return ENOSYS, and nothing was denied. */
export function fakeSystem(script: Script): System {
  const calls: System = new Proxy(script, {
    get(target: Script, name: string): unknown {
      if (name === "takeDenial" && target.takeDenial === undefined) return () => null;
      return target[name as keyof System] ?? (() => -Errno.ENOSYS);
    },
  }) as System;
  return calls;
}

/** Traces `use` of a scripted system and returns the text. */
export function traceOf(
  script: Script,
  use: (system: System) => void,
  options: TraceOptions = {},
): string {
  let text = "";
  use(trace(fakeSystem(script), (piece) => text += piece, options));
  return text;
}

/** As {@link traceOf}, the column of the results taken out: one space is before each `=`. */
export function lineOf(script: Script, use: (system: System) => void): string {
  return traceOf(script, use, { column: 0 });
}
