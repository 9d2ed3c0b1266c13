/**
 * Start-up: `vmsock run` of a 50-line script beside an empty `deno run`, in turns:
 * `deno run -A bench/moca/start_up.ts [ROUNDS]`. The program runs from its sources, and as
 * `deno task bundle` makes it; the empty one runs under the same flags of V8 as the bundle. What
 * Deno keeps from one run to the next it has kept for all of them.
 *
 * Prints the medians of wall time and of CPU time in milliseconds, and ends with status 1 if the
 * bundled program takes more than twice the empty one's CPU time for the script: other programs
 * disturb that less.
 *
 * @module
 */
import { bundle, V8_FLAGS } from "../../tools/bundle.ts";

const LIMIT = 2;

const SOURCES = new URL("../../cli.ts", import.meta.url).pathname;

/** 50 lines of what scripts do: structs, methods, loops, Vecs, Maps, strings, errors. */
const SCRIPT = `struct Item { name: string, price: int, count: int }

impl Item {
    fun total(self) -> int { return self.price * self.count; }
}

interface Priced { fun label(self) -> string; }

impl Priced for Item {
    fun label(self) -> string { return $"{self.name}: {self.total()}"; }
}

fun items() -> Vec<Item> {
    let list = new Vec<Item> {};
    list.push(Item { name: "nut", price: 3, count: 100 });
    list.push(Item { name: "bolt", price: 5, count: 80 });
    list.push(Item { name: "gear", price: 250, count: 4 });
    return list;
}

fun sum(list: Vec<Item>) -> int {
    let total = 0;
    for i in 0..list.len() {
        total = total + list[i].total();
    }
    return total;
}

fun words(text: string) -> Map<string, int> {
    let counts = new Map<string, int> {};
    let parts = split(text, " ");
    for i in 0..parts.len() {
        let word = parts[i];
        if counts.contains(word) { counts[word] = counts[word] + 1; }
        else { counts[word] = 1; }
    }
    return counts;
}

fun checked(text: string) -> int {
    try { return parse_int(text); } catch e { return 0 - 1; }
}

let list = items();
for i in 0..list.len() { print(list[i].label()); }
print(sum(list));
let counts = words("the quick fox and the lazy dog and the cat");
print(counts["the"] + counts["and"]);
print(checked("12") + checked("x"));
`;

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

interface Contender {
  readonly name: string;
  /** Arguments of `deno`. */
  readonly args: readonly string[];
  readonly wall: number[];
  readonly cpu: number[];
}

function contender(name: string, ...args: readonly string[]): Contender {
  return { name, args: ["run", "--quiet", "--no-check", ...args], wall: [], cpu: [] };
}

/** Runs it once; bash tells what CPU time it took. */
function run({ args, wall, cpu }: Contender): void {
  const { success, stderr } = new Deno.Command("bash", {
    args: ["-c", `TIMEFORMAT="%R %U %S"; time "$@"`, "bash", Deno.execPath(), ...args],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).outputSync();
  const text = new TextDecoder().decode(stderr);
  const [, real, user, system] = /([0-9.]+) ([0-9.]+) ([0-9.]+)\s*$/.exec(text) ?? [];
  if (!success || system === undefined) throw new Error(text);
  wall.push(Number(real) * 1000);
  cpu.push((Number(user) + Number(system)) * 1000);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

const rounds = Number(Deno.args[0] ?? 30);
const folder = Deno.makeTempDirSync();
try {
  Deno.writeTextFileSync(`${folder}/empty.ts`, "");
  Deno.writeTextFileSync(`${folder}/script.mc`, SCRIPT);
  bundle(new URL(`file://${folder}/dist/`));
  const flags = `--v8-flags=${V8_FLAGS}`;
  const sources = ["--allow-net", "--allow-read", SOURCES];
  const bundled = [flags, "--allow-net", "--allow-read", `${folder}/dist/vmsock.js`];
  const script = ["run", `${folder}/script.mc`];
  const empty = contender("empty deno run", flags, `${folder}/empty.ts`);
  const judged = contender("bundle, run script.mc", ...bundled, ...script);
  const contenders: readonly Contender[] = [
    empty,
    contender("sources, --version", ...sources, "--version"),
    contender("sources, run script.mc", ...sources, ...script),
    contender("bundle, --version", ...bundled, "--version"),
    judged,
  ];
  // The first run fills Deno's caches.
  for (let round = -1; round < rounds; round++) {
    for (const contender of contenders) {
      run(contender);
      if (round < 0) contender.wall.length = contender.cpu.length = 0;
    }
  }
  for (const { name, wall, cpu } of contenders) {
    say(
      `${name.padEnd(23)} wall ${median(wall).toFixed(1).padStart(5)} ms, ` +
        `${(median(wall) / median(empty.wall)).toFixed(2)} x; ` +
        `CPU ${median(cpu).toFixed(1).padStart(5)} ms, ` +
        `${(median(cpu) / median(empty.cpu)).toFixed(2)} x`,
    );
  }
  if (median(judged.cpu) > LIMIT * median(empty.cpu)) Deno.exitCode = 1;
} finally {
  Deno.removeSync(folder, { recursive: true });
}
