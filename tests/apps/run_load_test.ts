/** Scripts at work: a thousand requests, a hundred megabytes. */
import { assertEquals, assertLess } from "@std/assert";
import { startServer } from "./scripted_server.ts";
import { denoArguments, STACK_FLAGS } from "./vmsock.ts";

const HTTP_SERVER = new URL("../../examples/http_server.mc", import.meta.url).pathname;

const REQUESTS = 1000;
const MEGABYTES = 200;

/**
 * Kilobytes that the process may have at its peak. One that reads nothing has 60,000 to 80,000, V8
 * collects garbage when it likes (seen up to 220,000), and one that kept what it reads would have more
 * than 260,000.
 */
const MEMORY_LIMIT = 250_000;

/** The most memory that a process has had, in kilobytes. */
function peakMemory(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
}

for (const { stack, flags } of STACK_FLAGS) {
  Deno.test(`[${stack}] a script serves ${REQUESTS} requests of fetch without an error`, async () => {
    const process = new Deno.Command(Deno.execPath(), {
      args: denoArguments(
        [`--stack=${stack}`, "run", HTTP_SERVER, "0", String(REQUESTS)],
        [...flags, `--allow-read=${HTTP_SERVER}`],
      ),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value = "" } = await reader.read();
    const port = /:(\d+)\n/.exec(value)?.[1];
    for (let i = 1; i <= REQUESTS; i++) {
      const response = await fetch(`http://127.0.0.1:${port}/${i}`);
      assertEquals([response.status, await response.text()], [200, `request ${i} for /${i}\n`]);
    }
    await reader.cancel();
    assertEquals(await new Response(process.stderr).text(), "");
    assertEquals((await process.status).code, 0);
  });

  Deno.test(`[${stack}] a script reads ${MEGABYTES} MB in bounded memory`, async () => {
    const piece = new Uint8Array(1 << 20).fill(0x61);
    await using server = startServer(async (exchange) => {
      for (let i = 0; i < MEGABYTES; i++) await exchange.send(piece);
    });
    // It ends when its input does, so that it can be looked at before.
    const code = `
      let fd = socket(2, 1); assert_eq(connect(fd, "127.0.0.1", parse_int(argv(1))), 0, "connect");
      let total = 0; let part = read(fd, 65536);
      while len(part) > 0 { total = total + len(part); part = read(fd, 65536); }
      print(total); read(stdin(), 1);`;
    // A hundredth of what it reads is all that it may hold.
    const args = [`--stack=${stack}`, "run", "--max-heap=1M", "-c", code, String(server.port)];
    const process = new Deno.Command(Deno.execPath(), {
      args: denoArguments(args, flags),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value } = await reader.read();
    const peak = Deno.build.os === "linux" ? peakMemory(process.pid) : 0;
    await process.stdin.close();
    await reader.cancel();
    assertEquals(await new Response(process.stderr).text(), "");
    assertEquals([value, (await process.status).code], [`${MEGABYTES << 20}\n`, 0]);
    assertLess(peak, MEMORY_LIMIT);
  });
}
