/**
 * What `vmsock test` does.
 *
 * @module
 */
import { testFunctions } from "../../moca/compile.ts";
import { MocaCompileError } from "../../moca/error.ts";
import { CommandError, type Invocation, UsageError } from "../command.ts";
import { print } from "../output.ts";
import { compileSource } from "./compile_source.ts";
import { runProgram } from "./run_program.ts";
import { type ScriptLimits, scriptLimits } from "./script_options.ts";
import { readSource, reasonOf } from "./source.ts";

/** Scripts in a folder and the folders in it, in the order of their names. */
function* scriptsIn(folder: string): Generator<string> {
  const { state } = Deno.permissions.querySync({ name: "read", path: folder });
  if (state !== "granted") {
    throw new CommandError(
      `failed to read '${folder}': Permission denied, add --allow-read=${folder}`,
    );
  }
  let entries: Deno.DirEntry[];
  try {
    entries = [...Deno.readDirSync(folder)];
  } catch (error) {
    throw new CommandError(`failed to read '${folder}': ${reasonOf(error)}`);
  }
  entries.sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isDirectory, isFile } of entries) {
    const path = `${folder.replace(/\/+$/, "")}/${name}`;
    if (isDirectory) yield* scriptsIn(path);
    else if (isFile && name.endsWith(".mc")) yield path;
  }
}

interface Test {
  readonly path: string;
  readonly source: string;
  readonly name: string;
}

/** Runs one test in a program of its own; returns what it failed with, or null. */
async function runTest(
  { path, source, name }: Test,
  invocation: Invocation,
  limits: ScriptLimits,
): Promise<string | null> {
  try {
    const program = compileSource(`${source}\n${name}();\n`, { path, errno: limits.errno });
    return await runProgram(program, { invocation, limits, args: [path] });
  } catch (error) {
    if (error instanceof MocaCompileError) return error.message;
    throw error;
  }
}

/** Runs `vmsock test`. */
export async function testScriptsCommand(invocation: Invocation): Promise<number> {
  const [folder = ".", ...more] = invocation.operands;
  if (more.length > 0) throw new UsageError(`test takes one folder, not ${more.length + 1}`);
  const limits = scriptLimits(invocation);
  let passed = 0;
  let failed = 0;
  for (const path of scriptsIn(folder)) {
    const source = readSource(path);
    for (const name of testFunctions(source, path)) {
      const error = await runTest({ path, source, name }, invocation, limits);
      if (error === null) {
        passed++;
        print("stdout", `✓ ${name} passed\n`);
      } else {
        failed++;
        const [first, ...details] = error.split("\n");
        print("stdout", `✗ ${name} failed: ${first}\n`);
        print("stderr", details.map((line) => `${line}\n`).join(""));
      }
    }
  }
  if (passed + failed === 0) {
    print("stderr", `vmsock: no function in ${folder} has a name that begins with _test_\n`);
  }
  print("stdout", `\n${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}
