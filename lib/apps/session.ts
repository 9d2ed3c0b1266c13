/**
 * Opens a guest's system as the command line asks: `--stack`, `--trace`.
 *
 * @module
 */
import { Kernel } from "../kernel/kernel.ts";
import type { System } from "../kernel/system.ts";
import type { SharedProcess } from "../kernel/threads/process_memory.ts";
import { openStack } from "../stack/open.ts";
import type { Stack } from "../stack/stack.ts";
import { trace, type TraceOptions } from "../trace/mod.ts";
import { CommandError, optionValue, type ParsedArguments, type Session } from "./command.ts";
import { print } from "./output.ts";
import { type StackName, STACKS } from "./session_options.ts";

/** A function that writes a trace, and what ends it. */
interface TraceOutput extends Disposable {
  readonly write: (text: string) => void;
}

function openTrace(path: string, append: boolean): TraceOutput {
  if (path === "") {
    return { write: (text) => print("stderr", text), [Symbol.dispose]: () => {} };
  }
  // Asked, not tried: opening it would prompt on a terminal.
  const { state } = Deno.permissions.querySync({ name: "write", path });
  if (state !== "granted") {
    throw new CommandError(
      `Cannot write the trace to ${path}: Permission denied, add --allow-write=${path}`,
    );
  }
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { write: true, create: true, append, truncate: !append });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`Cannot write the trace to ${path}: ${reason}`);
  }
  const encoder = new TextEncoder();
  return {
    write: (text) => {
      const bytes = encoder.encode(text);
      for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
    },
    [Symbol.dispose]: () => file.close(),
  };
}

function openNamed(name: StackName | undefined): Stack {
  if (name !== "user") return openStack(name);
  throw new CommandError("Cannot start another thread: the user stack serves one thread alone");
}

/** What one session of several has to know. */
export interface SessionOptions {
  /** Whether the trace goes on where another thread's stands; default: it is begun anew. */
  readonly appendTrace?: boolean;
  /** The stack, where it was opened already: the user stack. */
  readonly stack?: Stack;
}

/** A session whose trace can look otherwise. */
export interface TracedSession extends Session {
  /** Its calls, traced if that was asked for, as the options say. */
  traced(options?: TraceOptions): System;
}

/** Opens the trace that is asked for, and with it what `open` opens; `leave` ends that. */
function openTraced(
  parsed: ParsedArguments,
  append: boolean,
  open: () => { readonly kernel: Kernel; readonly stack: string },
  leave: (kernel: Kernel) => void,
): TracedSession {
  const path = optionValue(parsed, "trace");
  const output = path === undefined ? null : openTrace(path, append);
  try {
    const { kernel, stack } = open();
    const traced = (options?: TraceOptions): System =>
      output === null ? kernel : trace(kernel, output.write, options);
    return {
      system: traced(),
      kernel,
      stack,
      traced,
      [Symbol.dispose]: () => {
        leave(kernel);
        output?.[Symbol.dispose]();
      },
    };
  } catch (error) {
    output?.[Symbol.dispose]();
    throw error;
  }
}

/**
 * Opens a system.
 *
 * @throws {CommandError} If the trace cannot be written.
 * @throws {LibcUnavailableError} If `--stack=libc` cannot be had.
 */
export function openSession(parsed: ParsedArguments, options: SessionOptions = {}): Session {
  const name = optionValue(parsed, "stack");
  const open = () => {
    const stack = options.stack ?? openNamed(STACKS.find((stack) => stack === name));
    return { kernel: new Kernel(stack), stack: stack.name };
  };
  return openTraced(parsed, options.appendTrace ?? false, open, (kernel) => kernel.exit());
}

/**
 * Opens a system for one thread more of a process.
 *
 * @param parsed The command's arguments.
 * @param process The process; closing the session leaves it.
 * @throws {CommandError} If the trace cannot be written.
 */
export function joinSession(parsed: ParsedArguments, process: SharedProcess): TracedSession {
  // There are threads on no other stack.
  const open = () => ({ kernel: Kernel.attach(process), stack: "libc" });
  return openTraced(parsed, true, open, (kernel) => kernel.leave());
}
