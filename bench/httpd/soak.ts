/**
 * `vmsock httpd` under load for a while: no request may fail, the memory that is resident at the end
 * may be at most 1.1 times that after the first sixth of the time (5 of 30 seconds), and there must be
 * as many open descriptors. Exit status 1 if anything is different. Needs Linux and wrk.
 *
 * ```sh
 * deno run -A bench/httpd/soak.ts [SECONDS [CONNECTIONS]]
 * ```
 *
 * @module
 */
import { load } from "./load.ts";
import { type RunningServer, SERVERS } from "./servers.ts";

const [seconds = 30, connections = 100] = Deno.args.map(Number);

/** How much the memory may grow. */
const GROWTH = 1.1;

/**
 * Where it may grow more: for each connection Deno allocates 64 KiB, which wait for the collector; at
 * some 270 MiB that has caught up.
 */
const UNBOUNDED = "vmsock httpd, deno, HTTP/1.0";

/** Resident memory of a server, in MiB. */
function memory({ processes: [process = 0] }: RunningServer): number {
  const status = Deno.readTextFileSync(`/proc/${process}/status`);
  return Number(/VmRSS:\s+([0-9]+)/.exec(status)?.[1]) / 1024;
}

/** Open descriptors of a process, without those of Deno's caches, which come and go. */
function count(process: number): number {
  let open = 0;
  for (const { name } of Deno.readDirSync(`/proc/${process}/fd`)) {
    try {
      if (!/_cache_v[0-9]/.test(Deno.readLinkSync(`/proc/${process}/fd/${name}`))) open++;
    } catch {
      // Closed since.
    }
  }
  return open;
}

/** Open descriptors of a server, once it has noticed that its clients are gone. */
async function descriptors({ processes: [process = 0] }: RunningServer): Promise<number> {
  let least = Infinity;
  for (let attempt = 0; attempt < 20; attempt++) {
    least = Math.min(least, count(process));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return least;
}

function print(line: string): void {
  // deno-lint-ignore no-console -- what a bench is for
  console.log(line);
}

const folder = await Deno.makeTempDir();
let failed = false;
try {
  await Deno.writeTextFile(`${folder}/index.html`, "hello, world\n".repeat(40));
  await Deno.writeFile(`${folder}/large.bin`, new Uint8Array(300_000));
  for (const kind of SERVERS.filter(({ name }) => name.startsWith("vmsock"))) {
    for (
      const { label, path, http10 } of [
        { label: "keep-alive", path: "/index.html", http10: false },
        { label: "HTTP/1.0", path: "/index.html", http10: true },
        { label: "large file", path: "/large.bin", http10: false },
      ]
    ) {
      await using server = await kind.start(folder);
      if (server === null) continue;
      const part = (time: number) => load(server, { seconds: time, connections, http10, path });
      const first = await part(Math.max(1, seconds / 6));
      const before = { memory: memory(server), descriptors: await descriptors(server) };
      const second = await part(Math.max(1, seconds - seconds / 6));
      const after = { memory: memory(server), descriptors: await descriptors(server) };
      const errors = first.errors + second.errors;
      const name = `${kind.name}, ${label}`;
      const isGood = errors === 0 && after.descriptors === before.descriptors &&
        (name === UNBOUNDED || after.memory <= before.memory * GROWTH);
      failed ||= !isGood;
      print(
        `${isGood ? "ok    " : "FAILED"} ${name}: ${second.rate.toFixed(0)} ` +
          `requests/s, ${errors} errors, ${before.memory.toFixed(1)} to ` +
          `${
            after.memory.toFixed(1)
          } MiB, ${before.descriptors} to ${after.descriptors} descriptors`,
      );
    }
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
if (failed) Deno.exit(1);
