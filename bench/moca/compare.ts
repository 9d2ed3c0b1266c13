/**
 * Runs the bench's programs on moca's machine, as TypeScript and on the reference machine, one
 * after the other in turns, and prints the medians: `deno run bench/moca/compare.ts [ROUNDS]`.
 * Ends with status 1 if moca's machine takes more than 1.3 times as long as the reference machine.
 *
 * @module
 */
import { compile } from "../../lib/moca/compile.ts";
import { Vm } from "../../lib/moca/vm.ts";
import { type BenchProgram, benchPrograms, scanText } from "./programs.ts";
import { runReference } from "./reference_machine.ts";

/** moca's machine may take this many times as long as the reference machine. */
const LIMIT = 1.3;

/** Milliseconds of moca's machine before rounds count: V8 still compiles. */
const WARM_UP = 2000;

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

function timed(run: () => bigint, wanted: bigint | null): [number, bigint] {
  const start = performance.now();
  const result = run();
  const time = performance.now() - start;
  if (wanted !== null && wanted !== result) {
    throw new Error(`Cannot compare: the results are ${wanted} and ${result}`);
  }
  return [time, result];
}

function runReferenceFor(program: BenchProgram): bigint {
  const { registers, text } = runReference(program.reference);
  return program.result < 0 ? BigInt(text.length) : registers[program.result] ?? 0n;
}

function main(rounds: number): boolean {
  const programs = benchPrograms();
  const text = scanText();
  let fits = true;
  say("program".padEnd(30) + "moca ms  reference ms  TypeScript ms  moca/reference");
  for (const program of programs) {
    const bytecode = compile(program.moca, { path: "bench.mc" });
    const makeMoca = (): () => bigint => {
      let output = "";
      const vm = new Vm(bytecode, {
        output: (_fd, bytes) => void (output += bytes),
        args: ["bench.mc", text],
      });
      return () => {
        const state = vm.run();
        if (state.kind !== "done") {
          throw new Error(`Cannot compare: the program is ${state.kind}`);
        }
        return BigInt(output.trim());
      };
    };
    const times: [number[], number[], number[]] = [[], [], []];
    // The first rounds run while V8 still compiles; they are not counted.
    let warm = 0;
    for (let round = 0; round < rounds;) {
      const [moca, result] = timed(makeMoca(), null);
      const [reference] = timed(() => runReferenceFor(program), result);
      const [typescript] = timed(program.typescript, result);
      warm += moca;
      if (warm >= WARM_UP) {
        round++;
        times[0].push(moca);
        times[1].push(reference);
        times[2].push(typescript);
      }
    }
    const [moca, reference, typescript] = [median(times[0]), median(times[1]), median(times[2])];
    const ratio = moca / reference;
    fits &&= ratio <= LIMIT;
    say(
      program.name.padEnd(30) +
        [moca, reference, typescript].map((t) => t.toFixed(1).padStart(7)).join("     ") +
        `     ${ratio.toFixed(2)}`,
    );
  }
  return fits;
}

if (import.meta.main) {
  const fits = main(Number(Deno.args[0] ?? 11));
  Deno.exit(fits ? 0 : 1);
}
