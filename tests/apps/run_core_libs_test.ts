import { assertEquals, assertMatch } from "@std/assert";
import { Kernel } from "../../lib/kernel/kernel.ts";
import { UdpSocket } from "../../lib/net/mod.ts";
import { openStack } from "../../lib/stack/open.ts";
import { whyUnreachable } from "../ipv6.ts";
import { unlessSkipped } from "../skipped.ts";
import { startVmsock } from "./running.ts";
import { STACK_FLAGS, vmsock } from "./vmsock.ts";

const GUESTS = new URL("../guests/wit/", import.meta.url).pathname;

/** The file of a guest. */
function guest(name: string): string {
  return `${GUESTS}${name}.component.wasm`;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What one read gives. */
async function receive(connection: Deno.TcpConn): Promise<string> {
  const buffer = new Uint8Array(4096);
  const count = await connection.read(buffer);
  return decoder.decode(buffer.subarray(0, count ?? 0));
}

/** Everything that a peer sends until its end. */
async function receiveAll(connection: Deno.TcpConn): Promise<string> {
  let text = "";
  for (let part = await receive(connection); part !== ""; part = await receive(connection)) {
    text += part;
  }
  return text;
}

/** Answers one datagram; this thread waits for it. */
function answer(socket: UdpSocket, expected: string, text: string): void {
  const buffer = new Uint8Array(4096);
  const { count, address } = socket.recvFrom(buffer);
  assertEquals(decoder.decode(buffer.subarray(0, count)), expected);
  socket.sendTo(encoder.encode(text), address);
}

for (const { stack, flags } of STACK_FLAGS) {
  const needed = [...flags, "--allow-read"];
  const command = (name: string, ...args: readonly string[]) => [
    `--stack=${stack}`,
    "run",
    guest(name),
    ...args,
  ];

  Deno.test(`[${stack}] --network gives a component networks with rules of their own`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    const client = (network: string, rules: readonly string[]) => {
      const options = rules.map((rule) => `--network=${rule}`);
      const [stackOption, run, ...rest] = command("wasi_tcp_client", "127.0.0.1", `${port}`);
      return vmsock([`${stackOption}`, `${run}`, ...options, ...rest, network], { flags: needed });
    };
    const rules = [`here=connect@127.0.0.1:${port}`, "here=127.0.0.2", "away=10.0.0.0/8"];
    const running = client("here", rules);
    using connection = await listener.accept();
    await receiveAll(connection);
    connection.close();
    assertEquals((await running).code, 0);
    for (
      const [network, given, error] of [
        ["away", rules, "connect: access-denied\n"],
        ["here", [...rules, "here=!127.0.0.0/8"], "connect: access-denied\n"],
        ["none", rules, "get-named-network: access-denied\n"],
      ] as const
    ) {
      const { text, stderr, code } = await client(network, given);
      assertEquals([text + stderr, code], [error, 1]);
    }
  });

  for (
    const [family, hostname, any] of [["4", "127.0.0.1", "0.0.0.0"], ["6", "::1", "::"]] as const
  ) {
    const reason = whyUnreachable(hostname);
    const test = (name: string, fn: () => Promise<void>): void =>
      Deno.test({ ...unlessSkipped(`[${stack}] ${name}`, reason), fn });

    test(`a component is a TCP client by scheduler:core-libs/socket, IPv${family}`, async () => {
      using listener = Deno.listen({ hostname, port: 0 });
      const running = vmsock(command("socket_tcp_client", hostname, `${listener.addr.port}`), {
        flags: needed,
      });
      using connection = await listener.accept();
      assertEquals(await receive(connection), "GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n");
      await connection.write(encoder.encode("HTTP/1.1 204 No Content\r\n\r\n"));
      const { text, stderr, code } = await running;
      assertEquals(stderr, "");
      assertEquals(text, "HTTP/1.1 204 No Content\r\n\r\nclosed twice: invalid-input\n");
      assertEquals(code, 0);
    });

    test(`a component is a TCP server on ${any} by scheduler:core-libs/socket`, async () => {
      await using server = await startVmsock(command("socket_tcp_server", any, "0"), needed);
      const [host, port] = server.firstLine.split(" ");
      assertEquals(host, any);
      using connection = await Deno.connect({ hostname, port: Number(port) });
      await connection.write(encoder.encode("GET / HTTP/1.1"));
      assertEquals(await receiveAll(connection), "HTTP/1.1 200 OK\r\n\r\nHello!");
      assertEquals(await server.end(), { text: "GET / HTTP/1.1\n", code: 0 });
    });

    test(`a component exchanges datagrams by scheduler:core-libs/socket, IPv${family}`, async () => {
      using system = new Kernel(openStack("deno"));
      using socket = UdpSocket.bind(family === "4" ? "127.0.0.1:0" : "[::1]:0", { system });
      const { port } = socket.localAddr();
      const running = vmsock(command("socket_udp", any, hostname, `${port}`), { flags: needed });
      answer(socket, "Hello UDP", "Hello yourself");
      const { text, stderr, code } = await running;
      assertEquals(stderr, "");
      assertEquals(text, `Hello yourself from ${hostname}, the same port\n`);
      assertEquals(code, 0);
    });

    test(`a component's http_request() gets a URL, IPv${family}`, async () => {
      await using server = Deno.serve(
        { hostname, port: 0, onListen: () => {} },
        (request) => new Response(`${new URL(request.url).pathname} ${"x".repeat(50_000)}`),
      );
      const host = family === "4" ? "localhost" : "::1";
      const url = family === "4"
        ? `http://${host}:${server.addr.port}/some/path`
        : `http://[${host}]:${server.addr.port}/some/path`;
      const { text, stderr, code } = await vmsock(command("http_request", url), { flags: needed });
      assertEquals(stderr, "");
      assertMatch(text, /^HTTP\/1\.1 200 OK\r\n/);
      assertEquals(text.slice(text.indexOf("/some/path")), `/some/path ${"x".repeat(50_000)}`);
      assertEquals(code, 0);
    });

    test(`a component is a TCP client by scheduler:core-libs/wasi-tcp, IPv${family}`, async () => {
      using listener = Deno.listen({ hostname, port: 0 });
      const running = vmsock(command("wasi_tcp_client", hostname, `${listener.addr.port}`), {
        flags: needed,
      });
      using connection = await listener.accept();
      // Its end is a shutdown: the answer still arrives.
      assertEquals(await receiveAll(connection), "GET / HTTP/1.1\r\n\r\n");
      await connection.write(encoder.encode("the answer\n"));
      const { text, stderr, code } = await running;
      assertEquals(stderr, "");
      assertEquals(text, "connected to the same port\nthe answer\n");
      assertEquals(code, 0);
    });

    test(`a component is a TCP server by scheduler:core-libs/wasi-tcp, IPv${family}`, async () => {
      await using server = await startVmsock(command("wasi_tcp_server", any), needed);
      const [host, port] = server.firstLine.split(" ");
      assertEquals(host, any);
      using connection = await Deno.connect({ hostname, port: Number(port) });
      await connection.write(encoder.encode("request"));
      assertEquals(await receiveAll(connection), "Hello!");
      const { text, code } = await server.end();
      // The client may be there before the first accept.
      assertMatch(text, /^accept: (would-block|ok)\na client from loopback\nrequest\n$/);
      assertEquals(code, 0);
    });

    test(`a component exchanges datagrams by scheduler:core-libs/wasi-udp, IPv${family}`, async () => {
      using system = new Kernel(openStack("deno"));
      using socket = UdpSocket.bind(family === "4" ? "127.0.0.1:0" : "[::1]:0", { system });
      const { port } = socket.localAddr();
      const running = vmsock(command("wasi_udp", any, `${port}`), { flags: needed });
      answer(socket, "Hello, UDP!", "the answer");
      const { text, stderr, code } = await running;
      assertEquals(stderr, "");
      assertEquals(text, "the answer from the same port\n");
      assertEquals(code, 0);
    });
  }

  Deno.test(`[${stack}] vmsock run names the flag that a component of scheduler:core-libs lacked`, async () => {
    const denied = flags.map((flag) => flag === "--allow-net" ? "--allow-net=127.0.0.1:9" : flag);
    const options = { flags: [...denied, "--allow-read"] };
    const { text, stderr, code } = await vmsock(
      command("wasi_tcp_client", "127.0.0.1", "8"),
      options,
    );
    assertEquals(text, "connect: access-denied\n");
    assertMatch(stderr, /^vmsock: .* was refused something: add --allow-net=127\.0\.0\.1:8\n$/);
    assertEquals(code, 1);
  });
}

Deno.test("--network wants a name and a rule, and a component", async () => {
  const run = (value: string, file: string) =>
    vmsock(["run", `--network=${value}`, file], { flags: ["--allow-read"] });
  const component = guest("wasi_tcp_client");
  for (
    const [value, message] of [
      ["db", `--network is NAME=RULE or NAME=!RULE, not "db"`],
      ["=10.0.0.1", `--network is NAME=RULE or NAME=!RULE, not "=10.0.0.1"`],
      ["db=10.0.0", `--network: Cannot parse rule "10.0.0": `],
    ] as const
  ) {
    const { stderr, code } = await run(value, component);
    assertEquals([stderr.startsWith(`vmsock: ${message}`), code], [true, 2]);
  }
  const module = new URL("../guests/wasi_p1/posix.wasm", import.meta.url).pathname;
  const { stderr, code } = await run("db=10.0.0.1", module);
  assertEquals([stderr, code], ["vmsock: --network is for components\n", 2]);
});
