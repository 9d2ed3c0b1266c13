/** The module of preview 1 serves clients over the socket that it is given. */
import { assertEquals } from "@std/assert";
import { ModuleFile } from "../apps/module_file.ts";
import { denoArguments, STACK_FLAGS, vmsock } from "../apps/vmsock.ts";
import { freePort } from "../guest/moca/free_port.ts";

const EXAMPLE = new URL("../../examples/wasi_echo_server.wat", import.meta.url);

/** Connects as soon as somebody listens there, while the server runs. */
async function connectTo(port: number, server: Deno.ChildProcess): Promise<Deno.TcpConn> {
  let hasEnded = false;
  server.status.then(() => hasEnded = true);
  for (;;) {
    if (hasEnded) throw new Error("The server has ended");
    try {
      return await Deno.connect({ hostname: "127.0.0.1", port });
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    }
  }
}

for (const { stack, flags } of STACK_FLAGS) {
  Deno.test(`[${stack}] wasi_echo_server.wat serves one client after the other`, async () => {
    using program = await ModuleFile.of(Deno.readTextFileSync(EXAMPLE));
    const port = freePort();
    const listening = `--tcplisten=127.0.0.1:${port}`;
    const server = new Deno.Command(Deno.execPath(), {
      args: denoArguments(["run", listening, program.path], program.flags(flags)),
      stdin: "null",
    }).spawn();
    try {
      for (const sent of [new Uint8Array([0, 255, 10]), new Uint8Array(200_000).fill(7)]) {
        using connection = await connectTo(port, server);
        const writing = (async () => {
          for (let at = 0; at < sent.length;) at += await connection.write(sent.subarray(at));
          await connection.closeWrite();
        })();
        const received = await new Response(connection.readable).bytes();
        await writing;
        assertEquals(received, sent);
      }
    } finally {
      server.kill("SIGKILL");
      await server.status;
    }
  });

  Deno.test(`[${stack}] wasi_echo_server.wat ends with EBADF without a socket`, async () => {
    using program = await ModuleFile.of(Deno.readTextFileSync(EXAMPLE));
    const { code, stderr } = await vmsock(["run", program.path], { flags: program.flags(flags) });
    assertEquals([code, stderr], [8, ""]);
  });
}
