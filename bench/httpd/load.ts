/**
 * Load by wrk, and what it costs a server.
 *
 * @module
 */
import type { RunningServer } from "./servers.ts";

/** What came of a load. */
export interface LoadResult {
  /** Requests answered for each second. */
  readonly rate: number;
  /** The server's CPU time for each request, in microseconds. */
  readonly cpu: number;
  /** Requests that failed. */
  readonly errors: number;
}

/** How requests are made. */
export interface LoadOptions {
  /** Seconds. */
  readonly seconds: number;
  /** Connections at once. */
  readonly connections: number;
  /** A connection for each request, HTTP/1.0; else connections stay. */
  readonly http10: boolean;
  /** What is asked for. */
  readonly path: string;
}

/** Clock ticks for each second in /proc: USER_HZ. */
const TICKS = 100;

/** CPU time of processes so far, in microseconds. */
function cpuTime({ processes }: RunningServer): number {
  let ticks = 0;
  for (const process of processes) {
    const fields = Deno.readTextFileSync(`/proc/${process}/stat`).replace(/^.*\) /s, "").split(" ");
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * 1e6 / TICKS;
}

/** wrk speaks HTTP/1.1 unless the request is given as text. */
const HTTP10 = (path: string) =>
  `request = function() return "GET ${path} HTTP/1.0\\r\\nHost: 127.0.0.1\\r\\n\\r\\n" end\n`;

/** Makes requests with wrk. */
export async function load(server: RunningServer, options: LoadOptions): Promise<LoadResult> {
  const { seconds, connections, http10, path } = options;
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`];
  const script = await Deno.makeTempFile({ suffix: ".lua" });
  try {
    await Deno.writeTextFile(script, http10 ? HTTP10(path) : "");
    if (http10) args.push("-s", script);
    args.push(`http://127.0.0.1:${server.port}${path}`);
    const before = cpuTime(server);
    const { stdout } = await new Deno.Command("wrk", { args }).output();
    const after = cpuTime(server);
    const text = new TextDecoder().decode(stdout);
    const requests = Number(/([0-9]+) requests in/.exec(text)?.[1]);
    const rate = Number(/Requests\/sec: +([0-9.]+)/.exec(text)?.[1]);
    const failed = /connect ([0-9]+), read ([0-9]+), write ([0-9]+), timeout ([0-9]+)/.exec(text);
    const unlike = /Non-2xx or 3xx responses: ([0-9]+)/.exec(text);
    const errors = [...(failed?.slice(1) ?? []), ...(unlike?.slice(1) ?? [])].map(Number);
    return {
      rate,
      cpu: (after - before) / requests,
      errors: errors.reduce((sum, count) => sum + count, 0),
    };
  } finally {
    await Deno.remove(script);
  }
}
