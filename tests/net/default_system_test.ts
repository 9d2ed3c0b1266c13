import { assert, assertEquals, assertThrows } from "@std/assert";
import { closeDefaultSystem, defaultSystem } from "../../lib/kernel/default_system.ts";
import { NetError } from "../../lib/net/error.ts";
import { TcpListener } from "../../lib/net/tcp_listener.ts";
import { TcpStream } from "../../lib/net/tcp_stream.ts";
import { UdpSocket } from "../../lib/net/udp_socket.ts";

const NET = import.meta.resolve("../../lib/net/mod.ts");
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** Flags under which the default system takes each stack. */
const FLAGS = { deno: ["--allow-net"], libc: ["--allow-net", "--allow-ffi"] } as const;

/** Runs a program that imports lib/net, to its end. */
async function run(source: string, flags: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      `--config=${CONFIG}`,
      ...flags,
      `data:text/typescript,${
        encodeURIComponent(
          `import { closeDefaultSystem, defaultSystem, TcpListener, TcpStream } from "${NET}";\n${source}`,
        )
      }`,
    ],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  assertEquals([code, decoder.decode(stderr)], [0, ""]);
  return decoder.decode(stdout);
}

Deno.test("defaultSystem() is the same for all sockets until it is closed", () => {
  try {
    using listener = TcpListener.bind("127.0.0.1:0");
    using stream = TcpStream.connect(listener.localAddr());
    using socket = UdpSocket.bind("127.0.0.1:0");
    const system = defaultSystem();
    assert([listener, stream, socket].every((used) => used.system === system));
    closeDefaultSystem();
    assertThrows(() => listener.localAddr(), NetError, "Bad file descriptor (EBADF)");
    assert(defaultSystem() !== system);
  } finally {
    closeDefaultSystem();
    closeDefaultSystem();
  }
});

for (const [stack, flags] of Object.entries(FLAGS)) {
  Deno.test(`[${stack}] a program ends by itself although its sockets are open`, async () => {
    await run(
      `const listener = TcpListener.bind("127.0.0.1:0");
       TcpStream.connect(listener.localAddr());`,
      flags,
    );
  });

  Deno.test(`[${stack}] what a program wrote arrives although it ends without closing`, async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const size = 5_000_000;
    const received = (async () => {
      let count = 0;
      for await (const connection of listener) {
        for await (const piece of connection.readable) count += piece.length;
        break;
      }
      return count;
    })();
    await run(
      `TcpStream.connect("127.0.0.1:${listener.addr.port}").writeAll(new Uint8Array(${size}));`,
      flags,
    );
    assertEquals(await received, size);
  });

  Deno.test(`[${stack}] a program may close the default system, and use sockets after it`, async () => {
    const text = await run(
      `for (let round = 0; round < 3; round++) {
         using listener = TcpListener.bind("127.0.0.1:0");
         using stream = TcpStream.connect(listener.localAddr());
         closeDefaultSystem();
       }
       console.log(TcpListener.bind("127.0.0.1:0").fd);`,
      flags,
    );
    assertEquals(text, "3\n");
  });
}

Deno.test("importing lib/net opens nothing and needs no permission", async () => {
  assertEquals(await run("console.log(typeof TcpListener);", []), "function\n");
});

Deno.test("a missing permission is an error that names it", async () => {
  const text = await run(
    `try { TcpStream.connect("127.0.0.1:81"); } catch (error) { console.log(error.message); }`,
    [],
  );
  assertEquals(
    text,
    "Cannot connect to 127.0.0.1:81: Permission denied (EACCES), add --allow-net=127.0.0.1:81\n",
  );
});
