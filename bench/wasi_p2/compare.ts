/**
 * Components over `vmsock run` beside the same components over jco and `preview2-shim`, under Deno
 * and under Node, in turns: `deno run -A bench/wasi_p2/compare.ts [ROUNDS]`.
 *
 * Prints medians of the rounds: round trips of 64 bytes and of 64 KiB to an echo server, and the
 * start of a command that does nothing. Ends with status 1 if the first are less than 5 times the
 * shim's under Deno or 3 times its under Node, or the second less than 3 times its under Node.
 *
 * Needs Node and npm's registry; VMSOCK_NPM names a folder for the npm packages, to be used again.
 *
 * @module
 */
const ROUNDS = Number(Deno.args[0] ?? 5);
const PACKAGES = ["@bytecodealliance/jco@1.35.0", "@bytecodealliance/preview2-shim@0.26.1"];
const GUESTS = new URL("../../tests/guests/wasi_p2/", import.meta.url).pathname;
const CLI = new URL("../../cli.ts", import.meta.url).pathname;
const HERE = new URL(".", import.meta.url).pathname;

function print(line: string): void {
  // deno-lint-ignore no-console -- what a bench is for
  console.log(line);
}

function run(command: string, args: readonly string[], cwd?: string): string {
  const { success, stdout, stderr } = new Deno.Command(command, {
    args: [...args],
    ...(cwd === undefined ? {} : { cwd }),
    stdin: "null",
  }).outputSync();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${command} ${args.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN;
}

/** Somebody who runs components. */
interface Runner {
  readonly name: string;
  /** How much less often than ours it makes its round trips. */
  readonly share: number;
  readonly command: string;
  readonly args: (guest: string) => readonly string[];
}

function runners(npm: string): readonly Runner[] {
  const ours = (stack: string, ...flags: string[]): Runner => ({
    name: `vmsock, ${stack} stack`,
    share: 1,
    command: Deno.execPath(),
    args: (guest) => {
      const path = `${GUESTS}${guest}.component.wasm`;
      return ["run", "--quiet", "--allow-read", ...flags, CLI, `--stack=${stack}`, "run", path];
    },
  });
  const shim = (name: string, share: number, command: string, ...flags: string[]): Runner => ({
    name: `preview2-shim, ${name}`,
    share,
    command,
    args: (guest) => [...flags, `${npm}/shim_runner.mjs`, `${npm}/${guest}/${guest}.js`],
  });
  return [
    ours("libc", "--allow-net", "--allow-ffi"),
    ours("deno", "--allow-net"),
    shim("Node", 0.2, "node"),
    shim("Deno", 0.1, Deno.execPath(), "run", "--quiet", "--allow-all"),
  ];
}

function prepare(npm: string): void {
  const installed = `${npm}/node_modules/@bytecodealliance/preview2-shim`;
  try {
    Deno.statSync(installed);
  } catch {
    Deno.writeTextFileSync(`${npm}/package.json`, "{}");
    run("npm", ["install", "--silent", "--no-audit", "--no-fund", ...PACKAGES], npm);
  }
  Deno.copyFileSync(`${HERE}shim_runner.mjs`, `${npm}/shim_runner.mjs`);
  for (const guest of ["round_trips", "command"]) {
    const jco = `${npm}/node_modules/@bytecodealliance/jco/dist/jco.js`;
    const path = `${GUESTS}${guest}.component.wasm`;
    run("node", [jco, "transpile", path, "-o", `${npm}/${guest}`, "--name", guest, "-q"], npm);
    Deno.writeTextFileSync(`${npm}/${guest}/package.json`, '{ "type": "module" }');
  }
}

/** A measurement: what it is called, and its result for one runner. */
interface Measurement {
  readonly name: string;
  readonly unit: string;
  readonly measure: (runner: Runner) => number;
}

function measurements(port: string): readonly Measurement[] {
  const trips = (name: string, size: number, count: number, way: string): Measurement => ({
    name,
    unit: size < 1024 ? "/s" : "MiB/s",
    measure: ({ command, args, share }) => {
      const own = [port, String(size), String(Math.max(50, count * share)), way];
      const [, rate] = run(command, [...args("round_trips"), ...own]).trim().split(" ");
      return size < 1024 ? Number(rate) : (Number(rate) * size) / 2 ** 20;
    },
  });
  return [
    trips("64 B, blocking", 64, 20_000, "blocking"),
    trips("64 B, poll", 64, 20_000, "poll"),
    trips("64 KiB, blocking", 65_536, 2_000, "blocking"),
    trips("64 KiB, poll", 65_536, 2_000, "poll"),
    {
      name: "start and end",
      unit: "ms",
      measure: ({ command, args }) => {
        const start = performance.now();
        run(command, args("command"));
        return performance.now() - start;
      },
    },
  ];
}

/** What is asked for: times as much as the shim under Deno and under Node; 0 for nothing. */
const WANTED: Readonly<Record<string, readonly [deno: number, node: number]>> = {
  "64 B, blocking": [5, 3],
  "64 B, poll": [5, 3],
  "64 KiB, blocking": [0, 3],
  "64 KiB, poll": [0, 3],
};

const npm = Deno.env.get("VMSOCK_NPM") ?? Deno.makeTempDirSync();
const server = new Deno.Command(Deno.execPath(), {
  args: ["run", "--quiet", "--allow-net", "--allow-ffi", `${HERE}echo_server.ts`],
  stdout: "piped",
}).spawn();
let missed = 0;
try {
  prepare(npm);
  const reader = server.stdout.getReader();
  const port = new TextDecoder().decode((await reader.read()).value).trim();
  const all = runners(npm);
  print(["".padEnd(18), ...all.map(({ name }) => name.padStart(20))].join(""));
  for (const { name, unit, measure } of measurements(port)) {
    const results = all.map(() => new Array<number>());
    for (let round = 0; round < ROUNDS; round++) {
      all.forEach((runner, index) => results[index]?.push(measure(runner)));
    }
    const [libc = 0, , node = NaN, deno = NaN] = results.map(median);
    const shown = results.map((numbers) => `${median(numbers).toFixed(0)} ${unit}`.padStart(20));
    print([name.padEnd(18), ...shown].join(""));
    const [overDeno, overNode] = WANTED[name] ?? [0, 0];
    if (libc < overDeno * deno || libc < overNode * node) missed++;
  }
  await reader.cancel();
} finally {
  server.kill();
  await server.status;
  if (!Deno.env.has("VMSOCK_NPM")) Deno.removeSync(npm, { recursive: true });
}
if (missed > 0) {
  print(`${missed} of these are less than they should be`);
  Deno.exit(1);
}
