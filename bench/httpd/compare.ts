/**
 * CPU time of a server for each request, beside others that serve the same file of 612 bytes: over a
 * new connection for each request (HTTP/1.0), and over connections that stay. Medians of rounds in
 * which the servers take turns. Needs Linux, wrk, and nginx for its row.
 *
 * ```sh
 * deno run -A bench/httpd/compare.ts [SECONDS [ROUNDS [CONNECTIONS]]]
 * ```
 *
 * @module
 */
import { load, type LoadResult } from "./load.ts";
import { SERVERS } from "./servers.ts";

const [seconds = 5, rounds = 3, connections = 100] = Deno.args.map(Number);

const MODES = [["HTTP/1.0", true], ["keep-alive", false]] as const;

/** As much as nginx's own first page. */
const BODY = "<!DOCTYPE html>\n<title>A page</title>\n".padEnd(611, "x") + "\n";

function print(line: string): void {
  // deno-lint-ignore no-console -- what a bench is for
  console.log(line);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

const folder = await Deno.makeTempDir();
const results = new Map<string, LoadResult[]>();
try {
  await Deno.chmod(folder, 0o755);
  await Deno.writeTextFile(`${folder}/index.html`, BODY);
  await Deno.utime(`${folder}/index.html`, 1e9, 1e9);
  // A file that has just changed is not kept in memory.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  for (let round = 0; round < rounds; round++) {
    for (const kind of SERVERS) {
      await using server = await kind.start(folder);
      if (server === null) continue;
      for (const [mode, http10] of MODES) {
        await load(server, { seconds: 1, connections, http10, path: "/index.html" });
        const result = await load(server, { seconds, connections, http10, path: "/index.html" });
        const key = `${kind.name}|${mode}`;
        results.set(key, [...results.get(key) ?? [], result]);
      }
    }
  }
} finally {
  for (const name of ["", ".conf", ".pid", ".body", ".proxy", ".fastcgi", ".uwsgi", ".scgi"]) {
    await Deno.remove(folder + name, { recursive: true }).catch(() => {});
  }
}

const columns = MODES.map(([mode]) => `${mode}, µs | requests/s | errors`);
print(`| server | ${columns.join(" | ")} |`);
print(`| --- |${" ---: | ---: | ---: |".repeat(MODES.length)}`);
for (const { name } of SERVERS) {
  const cells = MODES.map(([mode]) => {
    const all = results.get(`${name}|${mode}`) ?? [];
    const cpu = median(all.map((result) => result.cpu)).toFixed(1);
    const rate = median(all.map((result) => result.rate)).toFixed(0);
    return `${cpu} | ${rate} | ${all.reduce((sum, { errors }) => sum + errors, 0)}`;
  });
  print(`| ${name} | ${cells.join(" | ")} |`);
}
