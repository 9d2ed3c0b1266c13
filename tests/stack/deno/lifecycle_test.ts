import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Errno } from "../../../lib/linux/errno.ts";
import { SOCK_DGRAM } from "../../../lib/linux/socket.ts";
import { Channel } from "../../../lib/stack/deno/channel.ts";
import { openDenoStack } from "../../../lib/stack/deno/mod.ts";
import {
  bind,
  connect,
  connection,
  descriptorCount,
  listener,
  nameOf,
  socket,
  withStack,
} from "./sockets.ts";

const HELPERS = new URL("./sockets.ts", import.meta.url).href;
const MODULE = new URL("../../../lib/stack/deno/mod.ts", import.meta.url).href;

const CONFIG = new URL("../../../deno.json", import.meta.url).pathname;

/** Writes a program that has a stack and the helpers; `before` runs before the stack is opened. */
async function programFile(program: string, before = ""): Promise<string> {
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(
    path,
    `import { openDenoStack } from ${JSON.stringify(MODULE)};
     import * as t from ${JSON.stringify(HELPERS)};
     ${before}
     const stack = openDenoStack();
     ${program}`,
  );
  return path;
}

/** Runs a program with the given permission flags; its output and exit status. */
async function run(
  flags: readonly string[],
  program: string,
  before = "",
): Promise<{ out: string; code: number }> {
  const path = await programFile(program, before);
  try {
    const output = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-check", "--config", CONFIG, ...flags, path],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder();
    const out = decoder.decode(output.stdout) + decoder.decode(output.stderr);
    return { out, code: output.code };
  } finally {
    await Deno.remove(path);
  }
}

/** Accepts one connection and reads it to its end; the number of bytes. */
async function countBytes(server: Deno.TcpListener): Promise<number> {
  using peer = await server.accept();
  let total = 0;
  for await (const chunk of peer.readable) total += chunk.length;
  return total;
}

/** Accepts one connection and sends back what comes. */
async function echoOnce(server: Deno.TcpListener): Promise<void> {
  const peer = await server.accept();
  await peer.readable.pipeTo(peer.writable);
}

Deno.test("openDenoStack() works with nothing but --allow-net", async () => {
  const { out, code } = await run(
    ["--allow-net"],
    `const [client, server] = t.connection(stack);
     t.send(client, "hello");
     console.log(t.receive(server));
     stack.close();`,
  );
  assertEquals([out, code], ["hello\n", 0]);
});

Deno.test("the process ends by itself when the program forgets to close the stack", async () => {
  const { out, code } = await run(
    ["--allow-net"],
    `globalThis.kept = t.connection(stack); console.log("end");`,
  );
  assertEquals([out, code], ["end\n", 0]);
});

Deno.test("the end of the process loses nothing that was accepted for sending", async () => {
  for (const last of ["client.close();", "", "client.close(); stack.close();", "Deno.exit(0);"]) {
    const server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const counted = countBytes(server);
    const { out, code } = await run(
      ["--allow-net"],
      `const client = t.socket(stack);
       t.connect(client, t.sockaddr("127.0.0.1:${server.addr.port}"));
       const bytes = new Uint8Array(3_000_000);
       let sent = 0;
       while (sent < bytes.length) {
         const count = client.send(bytes.subarray(sent), bytes.length - sent, 0);
         if (count <= 0) break;
         sent += count;
       }
       console.log(sent);
       ${last}`,
    );
    assertEquals([out, code, await counted], ["3000000\n", 0, 3_000_000], last);
    server.close();
  }
});

Deno.test("connect() is EACCES where the address is not granted, and no packet is sent", async () => {
  const server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { out } = await run(
    ["--allow-net=127.0.0.1:1"],
    `const address = t.sockaddr("127.0.0.1:${server.addr.port}");
     console.log(t.connect(t.socket(stack), address));
     console.log(t.bind(t.socket(stack), "127.0.0.1:0"));
     const udp = t.socket(stack, 2);
     console.log(udp.sendto(new Uint8Array(1), 1, 0, address, 16, null));`,
  );
  const refused = `${-Errno.EACCES}\n`;
  assertEquals(out, refused + refused + refused);
  const arrived = await Promise.race([server.accept(), Promise.resolve(null)]);
  assertEquals(arrived, null);
  server.close();
});

Deno.test("sendto() of an unbound socket uses the loopback address where only that may be bound", async () => {
  const { out } = await run(
    ["--allow-net=127.0.0.1"],
    `const receiver = t.datagrams(stack);
     const sender = t.socket(stack, 2);
     console.log(sender.sendto(new Uint8Array(7), 7, 0, t.nameOf(receiver), 16, null));
     console.log(t.receive(receiver).length);
     const other = t.sockaddr("192.0.2.1:9");
     console.log(t.socket(stack, 2).sendto(new Uint8Array(7), 7, 0, other, 16, null));`,
  );
  assertEquals(out, `7\n7\n${-Errno.EACCES}\n`);
});

Deno.test("sendto() of an unbound socket needs port 0 beside a destination granted with its port", async () => {
  const receiver = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const to = `127.0.0.1:${receiver.addr.port}`;
  receiver.close();
  const program = `const to = t.sockaddr("${to}");
    console.log(t.socket(stack, 2).sendto(new Uint8Array(3), 3, 0, to, 16, null));`;
  const { out } = await run([`--allow-net=${to}`], program);
  assertEquals(out, `${-Errno.EACCES}\n`);
  for (const local of ["127.0.0.1:0", "0.0.0.0:0"]) {
    const { out } = await run([`--allow-net=${to},${local}`], program);
    assertEquals(out, "3\n", local);
  }
});

Deno.test("a name that is granted with its port resolves to a placeholder and connects", async () => {
  const server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = server.addr;
  const echoed = echoOnce(server);
  const { out } = await run(
    [`--allow-net=localhost:${port}`],
    `const found = [];
     console.log(stack.resolve("localhost", 0, found), found[0].subarray(4, 6).join("."));
     const address = t.sockaddr("198.18.0.1:${port}");
     const client = t.socket(stack);
     console.log(client.connect(address, 16, "localhost"));
     const name = new t.SockaddrStorage();
     client.getpeername(name);
     console.log(String(name.address));
     t.send(client, "by name");
     console.log(t.receive(client));
     client.shutdown(1);
     console.log(t.receive(client) === "");`,
  );
  assertEquals(out, `1 198.18\n0\n127.0.0.1:${port}\nby name\ntrue\n`);
  await echoed;
  server.close();
});

Deno.test("without process.binding() clients work and bind() is EOPNOTSUPP", async () => {
  const server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const echoed = echoOnce(server);
  const { out } = await run(
    ["--allow-net"],
    `console.log(t.bind(t.socket(stack), "127.0.0.1:0"), t.socket(stack).listen(1));
     console.log(t.bind(t.socket(stack, 2), "127.0.0.1:0"));
     const client = t.socket(stack);
     console.log(t.connect(client, t.sockaddr("127.0.0.1:${server.addr.port}")));
     t.send(client, "plain");
     console.log(t.receive(client));
     client.shutdown(1);
     console.log(t.receive(client) === "");
     console.log(t.connect(t.socket(stack), t.sockaddr("127.0.0.1:1")));`,
    `const Original = Blob;
     globalThis.Blob = class extends Original {
       constructor(parts, options) {
         super(["process.binding = () => { throw new Error('gone'); };", ...parts], options);
       }
     };`,
  );
  const refused = -Errno.EOPNOTSUPP;
  assertEquals(
    out,
    `${refused} ${refused}\n${refused}\n0\nplain\ntrue\n${-Errno.ECONNREFUSED}\n`,
  );
  await echoed;
  server.close();
});

/** Text that runs in the worker before its program, as the source of a program. */
function inWorker(text: string): string {
  return `const Original = Blob;
     globalThis.Blob = class extends Original {
       constructor(parts, options) { super([${JSON.stringify(text)}, ...parts], options); }
     };`;
}

Deno.test("close() gives up a connection by name that is being made", async () => {
  const { out } = await run(
    ["--allow-net"],
    `const client = stack.socket(2, 1 | 2048, 0);
     console.log(client.connect(t.sockaddr("198.18.0.1:9"), 16, "localhost"));
     client.close();
     stack.close();`,
    inWorker(`Deno.connect = ({ signal }) => new Promise((_, fail) => {
      signal.onabort = () => { console.log("given up"); fail(signal.reason); };
    });`),
  );
  assertEquals(out, `${-Errno.EINPROGRESS}\ngiven up\n`);
});

Deno.test("connect() to a listener that never accepts ends with ETIMEDOUT", async () => {
  const { out } = await run(
    ["--allow-net"],
    `const server = t.listener(stack, 0);
     console.log(t.connect(t.socket(stack), t.nameOf(server)));
     console.log(t.connect(t.socket(stack), t.nameOf(server)));`,
    inWorker(`{
      const original = setTimeout;
      globalThis.setTimeout = (callback, delay) => original(callback, Math.min(delay, 50));
    }`),
  );
  assertEquals(out, `0\n${-Errno.ETIMEDOUT}\n`);
});

Deno.test("a worker that fails while it starts gives EIO", async () => {
  const { out } = await run(
    ["--allow-net"],
    `const { wait } = Atomics;
     Atomics.wait = (...given) => {
       const answer = wait(...given);
       if (answer === "timed-out") console.log(answer);
       return answer;
     };
     console.log(t.bind(t.socket(stack), "127.0.0.1:0"));`,
    inWorker("globalThis.TextDecoder = null;"),
  );
  assertEquals(out, `${-Errno.EIO}\n`);
});

Deno.test("what throws in the worker while it carries out a request is that call's errno", async () => {
  const { out } = await run(
    ["--allow-net"],
    `const address = t.sockaddr("198.18.0.1:9");
     console.log(t.socket(stack).connect(address, 16, "localhost"));
     console.log(t.bind(t.socket(stack), "127.0.0.1:0"));`,
    inWorker(`Deno.connect = () => {
      throw Object.assign(new Error("no room"), { code: "ENOBUFS" });
    };`),
  );
  assertEquals(out, `${-Errno.ENOBUFS}\n0\n`);
});

Deno.test("getsockopt(SO_PEERCRED) of a pair is EACCES without --allow-sys", async () => {
  const { out } = await run(
    ["--allow-net"],
    `const [a] = stack.socketpair(1, 1, 0);
     console.log(a.getsockopt(1, 17, new Uint8Array(12), Int32Array.of(12)));`,
  );
  assertEquals(out, `${-Errno.EACCES}\n`);
});

Deno.test("a failed worker gives EIO to every call, and no call waits for ever", () => {
  const channel = new Channel();
  assertEquals(channel.request(9999, 0), -Errno.EIO);
  assertEquals(channel.dead, true);
  assertEquals(channel.request(18, 0), -Errno.EIO);
  assertEquals(channel.waitEvent(channel.events(), Infinity), true);
  channel.close();
});

Deno.test("an exception in the worker ends a call that waits with EIO", async () => {
  const failures = ["throw new Error('x')", "Promise.reject(new Error('x'))"];
  for (const failure of failures) {
    const { out, code } = await run(
      ["--allow-net"],
      `const [client] = t.connection(stack);
       const udp = t.datagrams(stack);
       ioWorker.postMessage("fail");
       console.log(t.receive(client));
       console.log(t.receive(udp), stack.resolve("localhost", 0, []));
       console.log(t.bind(t.socket(stack), "127.0.0.1:0"));
       stack.close();`,
      `${
        inWorker(`{
          let memory, constants;
          // Waking somebody tells that there is somebody to wake: the guest, in its first receive.
          const isAwaited = () =>
            [constants.Word.state, constants.Word.events]
              .some((word) => Atomics.notify(memory.control, word, 1) > 0);
          const look = () => {
            if (isAwaited()) { ${failure}; }
            setTimeout(look, 0);
          };
          addEventListener("message", ({ data }) => {
            if (data === "fail") look();
            else ({ memory, constants } = data);
          });
        }`)
      }
       const OriginalWorker = Worker;
       globalThis.Worker = class extends OriginalWorker {
         constructor(...given) { super(...given); globalThis.ioWorker = this; }
       };`,
    );
    const eio = -Errno.EIO;
    assertEquals([out, code], [`${eio}\n${eio} ${eio}\n${eio}\n`, 0]);
  }
});

Deno.test("a guest that waits can be ended by SIGINT and SIGTERM", async () => {
  const ignored = /^SigIgn:\s*([0-9a-f]+)/m.exec(await Deno.readTextFile("/proc/self/status"));
  const mask = parseInt(ignored?.[1] ?? "0", 16);
  for (const [signal, number] of [["SIGINT", 2], ["SIGTERM", 15]] as const) {
    if ((mask & (1 << (number - 1))) !== 0) {
      // deno-lint-ignore no-console
      console.log(`skipped: this process was started with ${signal} ignored`);
      continue;
    }
    const path = await programFile(
      `const [client] = t.connection(stack);
       Deno.stdout.writeSync(new TextEncoder().encode("waiting"));
       t.receive(client);`,
    );
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-check", "--config", CONFIG, "--allow-net", path],
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    child.kill(signal);
    assertEquals((await child.status).signal, signal);
    await reader.cancel();
    await Deno.remove(path);
  }
});

Deno.test(
  "thousands of sockets leave the count of descriptors as it was",
  withStack((stack) => {
    for (const file of connection(stack)) file.close();
    const before = descriptorCount();
    for (let i = 0; i < 700; i++) {
      for (const file of connection(stack)) file.close();
      const unbound = socket(stack);
      const bound = socket(stack);
      assertEquals(bind(bound, "127.0.0.1:0"), 0);
      assertEquals(connect(unbound, nameOf(bound)), -Errno.ECONNREFUSED);
      unbound.close();
      bound.close();
      const udp = socket(stack, SOCK_DGRAM);
      assertEquals(bind(udp, "127.0.0.1:0"), 0);
      udp.close();
    }
    assertEquals(descriptorCount(), before);
  }),
);

Deno.test("closing the stack closes the sockets that were left open", () => {
  const stack = openDenoStack();
  const address = nameOf(listener(stack));
  stack.close();
  const other = openDenoStack();
  assertEquals(connect(socket(other), address), -Errno.ECONNREFUSED);
  other.close();
});

Deno.test(
  "the number of sockets is bounded: ENFILE",
  withStack((stack) => {
    const files = [];
    for (;;) {
      const file = stack.socket(2, 1, 0);
      if (typeof file === "number") {
        assertEquals(file, -Errno.ENFILE);
        break;
      }
      files.push(file);
    }
    files.pop()?.close();
    assert(typeof stack.socket(2, 2, 0) !== "number");
  }),
);

Deno.test("the worker's source stands alone", async () => {
  const { ioWorkerSource } = await import("../../../lib/stack/deno/io_worker.ts");
  const source = ioWorkerSource();
  assertStringIncludes(source, "(globalThis, {");
  assertEquals(/\bimport\b|\brequire\b|\b__[a-z]+Helper/.test(source), false);
});
