/**
 * Runs scenarios in child processes.
 *
 * @module
 */
import type { BatchMessage } from "./batch_child.ts";
import { expectedOutput, firstDifference } from "./catalog.ts";
import { optionsOf, type StackName } from "./run_options.ts";

/** How a scenario went. */
export interface ScenarioRun {
  /** Its name. */
  readonly name: string;
  /** What it printed, up to the first line that differs from what was expected. */
  readonly output: string;
  /** What went wrong beside the output: an exception, a call that never returned; null if nothing. */
  readonly error: string | null;
}

/** How a batch is run. */
export interface BatchOptions {
  /** The network stack below the kernel. */
  readonly stack: StackName;
  /** The guest memory through which the calls go; see `RunTarget`. */
  readonly guest?: string | null;
  /** How many child processes run at a time; 2 by default. */
  readonly jobs?: number;
  /** Milliseconds after which a scenario is ended with its process; 20,000 by default. */
  readonly timeout?: number;
  /** Called when a scenario has ended. */
  readonly onRun?: (run: ScenarioRun) => void;
}

// The longest one takes a second.
const DEFAULT_TIMEOUT = 20_000;

/**
 * Runs scenarios, each in a new directory and on a new kernel.
 *
 * @param names Names of the scenarios.
 * @param options How they are run.
 * @returns How each went.
 */
export async function runBatch(
  names: readonly string[],
  options: BatchOptions,
): Promise<ReadonlyMap<string, ScenarioRun>> {
  const { stack, guest = null, jobs = 2, timeout = DEFAULT_TIMEOUT, onRun } = options;
  const target = optionsOf({ stack, guest });
  const runs = new Map<string, ScenarioRun>();
  const root = await Deno.makeTempDir({ prefix: "conformance-" });
  const record = (run: ScenarioRun): void => {
    runs.set(run.name, run);
    onRun?.(run);
  };
  try {
    const shares = Array.from(
      { length: jobs },
      (_, job) => names.filter((_, i) => i % jobs === job),
    );
    await Promise.all(shares.map((share) => runShare(share, { target, timeout, root, record })));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
  return runs;
}

/**
 * Says how a run differs from what native Linux printed.
 *
 * @param run The run.
 * @returns The first line that differs and what went wrong; null if it is the same.
 */
export function describeFailure(run: ScenarioRun): string | null {
  const difference = firstDifference(expectedOutput(run.name), run.output);
  const parts = difference === null
    ? []
    : [`expected <${difference.expected ?? "end"}>`, `got <${difference.actual ?? "end"}>`];
  if (run.error !== null) parts.push(run.error);
  return parts.length === 0 ? null : parts.join(", ");
}

interface Share {
  /** The options that say what to run on. */
  readonly target: readonly string[];
  readonly timeout: number;
  readonly root: string;
  readonly record: (run: ScenarioRun) => void;
}

// A child that ends early takes one scenario with it; another child does the rest.
async function runShare(names: readonly string[], share: Share): Promise<void> {
  let waiting = names;
  while (waiting.length > 0) {
    const done = await runChild(waiting, share);
    waiting = waiting.slice(done);
  }
}

async function runChild(
  names: readonly string[],
  { target, timeout, root, record }: Share,
): Promise<number> {
  const directories = names.flatMap((name) => [name, makeDirectory(root, name)]);
  const script = new URL("./batch_child.ts", import.meta.url).href;
  using watchdog = new Watchdog(timeout);
  await using child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script, ...target, ...directories],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  watchdog.watch(() => child.kill("SIGKILL"));
  let done = 0;
  let output = "";
  for await (const line of linesOf(child.stdout)) {
    const message: BatchMessage = JSON.parse(line);
    if ("output" in message) {
      output += message.output;
      continue;
    }
    record({ name: names[done] ?? "", output, error: message.error });
    done++;
    output = "";
    watchdog.reset();
  }
  const name = names[done];
  if (name === undefined) return done;
  const { code, signal } = await child.status;
  const ended = watchdog.expired
    ? `has not ended after ${timeout / 1000} s`
    : `its process ended with ${signal ?? code}`;
  record({ name, output, error: ended });
  return done + 1;
}

function makeDirectory(root: string, name: string): string {
  const path = `${root}/${name}`;
  Deno.mkdirSync(path, { recursive: true });
  return path;
}

// Calls back when it was not reset in time.
class Watchdog {
  expired = false;
  #milliseconds: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #action: () => void = () => {};

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  watch(action: () => void): void {
    this.#action = action;
    this.reset();
  }

  reset(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.expired = true;
      this.#action();
    }, this.#milliseconds);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
