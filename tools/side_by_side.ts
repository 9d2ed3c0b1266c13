/**
 * Runs tasks of deno.json at the same time: `deno run -A tools/side_by_side.ts TASK…`. What they print
 * comes one task after the other. Fails if one of them did, after all have ended.
 */
const tasks = Deno.args.map((task, index) => {
  const stdio = index === 0 ? "inherit" : "piped";
  const { stdout, stderr } = { stdout: stdio, stderr: stdio } as const;
  const child = new Deno.Command(Deno.execPath(), { args: ["task", task], stdout, stderr }).spawn();
  return { task, child, output: index === 0 ? null : child.output() };
});

const failed: string[] = [];
for (const { task, child, output } of tasks) {
  const result = await output;
  if (result !== null) {
    await writeAll(Deno.stderr, result.stderr);
    await writeAll(Deno.stdout, result.stdout);
  }
  if (!(await child.status).success) failed.push(task);
}
if (failed.length > 0) {
  await writeAll(Deno.stderr, new TextEncoder().encode(`failed: ${failed.join(", ")}\n`));
  Deno.exit(1);
}

async function writeAll(to: typeof Deno.stdout | typeof Deno.stderr, bytes: Uint8Array) {
  for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
}
