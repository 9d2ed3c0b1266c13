/**
 * A program of the command line that runs beside a test.
 *
 * @module
 */
import { denoArguments } from "./vmsock.ts";

/** What came of a program. */
export interface Ended {
  /** What it printed after its first line. */
  readonly text: string;
  /** Its exit status. */
  readonly code: number;
}

/** A program that runs. Disposing of it ends it. */
export interface Running extends AsyncDisposable {
  /** The first line that it printed. */
  readonly firstLine: string;
  /** Waits for its end. */
  end(): Promise<Ended>;
}

/** Starts `vmsock` and waits for its first line. */
export async function startVmsock(
  args: readonly string[],
  flags: readonly string[],
): Promise<Running> {
  const process = new Deno.Command(Deno.execPath(), {
    args: denoArguments(args, flags),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const more = async (): Promise<boolean> => {
    const { value, done } = await reader.read();
    text += value ?? "";
    return !done;
  };
  while (!text.includes("\n") && await more());
  const newline = text.indexOf("\n");
  return {
    firstLine: text.slice(0, newline),
    async end() {
      while (await more());
      return { text: text.slice(newline + 1), code: (await process.status).code };
    },
    async [Symbol.asyncDispose]() {
      try {
        process.kill();
      } catch {
        // It has ended.
      }
      await reader.cancel();
      await process.status;
    },
  };
}
