/**
 * Start-up: `vmsock run` of a 50-line script beside an empty `deno run`, in turns:
 * `deno run -A bench/moca/start_up.ts [ROUNDS]`. Prints the least and the median of each in
 * milliseconds, and ends with status 1 if the script's median is more than twice the empty one's.
 *
 * @module
 */

const LIMIT = 2;

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

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
  readonly args: readonly string[];
  readonly times: number[];
}

function time(args: readonly string[]): number {
  const start = performance.now();
  const { success, stderr } = new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

const rounds = Number(Deno.args[0] ?? 30);
const folder = Deno.makeTempDirSync();
try {
  Deno.writeTextFileSync(`${folder}/empty.ts`, "");
  Deno.writeTextFileSync(`${folder}/script.mc`, SCRIPT);
  const script = [
    "run",
    "--quiet",
    "--no-check",
    "--allow-net",
    "--allow-read",
    CLI,
    "run",
    `${folder}/script.mc`,
  ];
  const empty: Contender = {
    name: "empty deno run",
    args: ["run", "--quiet", "--no-check", `${folder}/empty.ts`],
    times: [],
  };
  const contenders: readonly Contender[] = [
    empty,
    { name: "vmsock --version", args: [...script.slice(0, 6), "--version"], times: [] },
    { name: "vmsock run script.mc", args: script, times: [] },
  ];
  for (const { args } of contenders) time(args);
  for (let round = 0; round < rounds; round++) {
    for (const { args, times } of contenders) times.push(time(args));
  }
  let ratio = 0;
  for (const { name, times } of contenders) {
    ratio = median(times) / median(empty.times);
    say(
      `${name.padEnd(22)} least ${Math.min(...times).toFixed(1)} ms, ` +
        `median ${median(times).toFixed(1)} ms, ${ratio.toFixed(2)} x`,
    );
  }
  if (ratio > LIMIT) Deno.exitCode = 1;
} finally {
  Deno.removeSync(folder, { recursive: true });
}
