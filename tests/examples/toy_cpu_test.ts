/** The toy CPU runs its program against a server of Deno's. */
import { assertEquals } from "@std/assert";
import { STACK_FLAGS } from "../apps/vmsock.ts";

const EXAMPLE = new URL("../../examples/toy_cpu.ts", import.meta.url).href;

async function run(address: string, flags: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...flags, EXAMPLE, address],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout), errors: decoder.decode(stderr) };
}

for (const { stack, flags } of STACK_FLAGS) {
  Deno.test(`[${stack}] toy_cpu.ts sends a line and prints what comes back`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    const running = run(`127.0.0.1:${port}`, flags);
    let received = "";
    {
      using connection = await listener.accept();
      const buffer = new Uint8Array(100);
      while (!received.includes("\n")) {
        const count = await connection.read(buffer);
        received += new TextDecoder().decode(buffer.subarray(0, count ?? 0));
      }
      await connection.write(new TextEncoder().encode("hello to you\n".repeat(1000)));
    }
    assertEquals(received, "hello from a toy CPU\n");
    assertEquals(await running, { code: 0, text: "hello to you\n".repeat(1000), errors: "" });
    listener.close();
    assertEquals((await run(`127.0.0.1:${port}`, flags)).code, 111, "ECONNREFUSED");
  });
}
