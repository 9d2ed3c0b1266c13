/**
 * Throughput and CPU time of our TCP over TUN beside Linux's own, in one run, as root:
 *
 *     sudo deno run -A bench/user_stack.ts [MEGABYTES] [ROUNDS]
 *
 * The client fetches from, and then sends to, a server on Linux's TCP in another process; once over
 * the libc stack and once over the user stack, in turns, in a network namespace made for it. CPU time
 * is the client's, its worker included; for the user stack that is all of TCP, for libc a part of it
 * is Linux's and counts as system time.
 */
import { bringUp } from "../lib/device/interface_request.ts";
import { Kernel } from "../lib/kernel/kernel.ts";
import { TcpStream } from "../lib/net/mod.ts";
import { LibcStack } from "../lib/stack/libc/libc_stack.ts";
import { openLibc } from "../lib/stack/libc/libc.ts";
import type { Stack } from "../lib/stack/stack.ts";
import { UserStack } from "../lib/stack/user/user_stack.ts";

const PORT = 8000;
const CHUNK = 65_536;
/** What is asked for, and how many octets. */
const HEADER = 9;
const TICKS_PER_SECOND = 100;

interface Sample {
  readonly rate: number;
  readonly cpu: number;
}

/** CPU seconds of this process, its threads included: proc(5). */
function cpuSeconds(): number {
  const fields = Deno.readTextFileSync("/proc/self/stat").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

function measure(system: Kernel, server: string, bytes: number, sends: boolean): Sample {
  const buffer = new Uint8Array(CHUNK);
  using stream = TcpStream.connect(server, { system });
  const [start, cpu] = [performance.now(), cpuSeconds()];
  buffer[0] = sends ? 1 : 0;
  new DataView(buffer.buffer).setFloat64(1, bytes);
  stream.writeAll(buffer.subarray(0, HEADER));
  if (sends) {
    for (let sent = 0; sent < bytes; sent += CHUNK) stream.writeAll(buffer);
    stream.readExact(buffer.subarray(0, 1));
  } else {
    for (let received = 0; received < bytes;) received += stream.read(buffer);
  }
  const megabytes = bytes / 1e6;
  return {
    rate: megabytes / ((performance.now() - start) / 1000),
    cpu: ((cpuSeconds() - cpu) * 1000) / megabytes,
  };
}

/** The other side: its own process, on Linux's TCP. */
async function serve(): Promise<void> {
  const listener = Deno.listen({ hostname: "0.0.0.0", port: PORT });
  Deno.stdout.writeSync(new Uint8Array([10]));
  for await (const connection of listener) {
    const buffer = new Uint8Array(CHUNK);
    const early = (await connection.read(buffer) ?? 0) - HEADER;
    const sends = buffer[0] === 1;
    const bytes = new DataView(buffer.buffer).getFloat64(1);
    if (sends) {
      for (let received = early; received < bytes;) {
        received += await connection.read(buffer) ?? bytes;
      }
      await connection.write(new Uint8Array(1));
    } else {
      for (let sent = 0; sent < bytes;) sent += await connection.write(buffer);
    }
    connection.close();
  }
}

async function run(megabytes: number, rounds: number): Promise<void> {
  const bytes = Math.ceil((megabytes * 1e6) / CHUNK) * CHUNK;
  const libc = openLibc();
  bringUp(libc, "lo", null);
  const user = new UserStack({
    tun: "bench0",
    addresses: ["10.9.0.2/24"],
    gateway: "10.9.0.1",
    nameserver: null,
  });
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.filename ?? "", "serve"],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  const stacks: readonly (readonly [string, Stack, string])[] = [
    ["libc, loopback", new LibcStack(), `127.0.0.1:${PORT}`],
    ["user, TUN", user, `10.9.0.1:${PORT}`],
  ];
  const systems = stacks.map(([name, stack, server]) => ({
    name,
    server,
    system: new Kernel(stack),
    samples: { receive: [] as Sample[], send: [] as Sample[] },
  }));
  for (let round = 0; round < rounds; round++) {
    for (const { system, server, samples } of systems) {
      samples.receive.push(measure(system, server, bytes, false));
      samples.send.push(measure(system, server, bytes, true));
    }
  }
  const lines = [`${megabytes} MB, medians of ${rounds} rounds in turns`];
  for (const { name, samples } of systems) {
    for (const [direction, list] of Object.entries(samples)) {
      const rate = median(list.map((sample) => sample.rate)).toFixed(0);
      const cpu = median(list.map((sample) => sample.cpu)).toFixed(2);
      lines.push(
        `${name.padEnd(16)} ${direction.padEnd(8)} ${rate.padStart(6)} MB/s  ${cpu} ms CPU/MB`,
      );
    }
  }
  Deno.stdout.writeSync(new TextEncoder().encode(`${lines.join("\n")}\n`));
  for (const { system } of systems) system.exit();
  libc.release();
  await reader.cancel();
  child.kill();
  await child.status;
}

const [first = "100", rounds = "5", inside] = Deno.args;
if (first === "serve") await serve();
else if (inside === "inside") await run(Number(first), Number(rounds));
else {
  const { code } = await new Deno.Command("unshare", {
    args: ["-n", Deno.execPath(), "run", "-A", import.meta.filename ?? "", first, rounds, "inside"],
    stdin: "null",
  }).spawn().status;
  Deno.exit(code);
}
