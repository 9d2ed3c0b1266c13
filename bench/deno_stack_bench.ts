/**
 * The deno stack's round trip beside raw `Deno.connect`, against the same echo server, in one run:
 *
 *     deno bench --allow-net bench/deno_stack_bench.ts
 *
 * @module
 */
import { IPV4_LOOPBACK, SocketAddress } from "../lib/ip.ts";
import { encodeSockaddr } from "../lib/linux/sockaddr.ts";
import { AF_INET, MSG_DONTWAIT, SOCK_STREAM } from "../lib/linux/socket.ts";
import { openDenoStack } from "../lib/stack/deno/mod.ts";

const SIZE = 64;

/** Echoes on a thread of its own: the measured one waits. */
const ECHO = `
  const server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  postMessage(server.addr.port);
  for await (const peer of server) {
    peer.setNoDelay(true);
    (async () => {
      const buffer = new Uint8Array(65536);
      for (;;) {
        const count = await peer.read(buffer);
        if (count === null) break;
        await peer.write(buffer.subarray(0, count));
      }
      peer.close();
    })();
  }`;

const url = URL.createObjectURL(new Blob([ECHO], { type: "text/javascript" }));
const server = new Worker(url, { type: "module" });
const port = await new Promise<number>((done) => {
  server.onmessage = (event: MessageEvent<number>) => done(event.data);
});

const stack = openDenoStack();
const socket = stack.socket(AF_INET, SOCK_STREAM, 0);
if (typeof socket === "number") throw new Error(`socket: ${socket}`);
const address = encodeSockaddr(new SocketAddress(IPV4_LOOPBACK, port));
const connected = socket.connect(address, address.length, null);
if (connected < 0) throw new Error(`connect: ${connected}`);

const raw = await Deno.connect({ hostname: "127.0.0.1", port });
raw.setNoDelay(true);

const message = new Uint8Array(SIZE);
const buffer = new Uint8Array(SIZE);

Deno.bench(
  "round trip of 64 B, Deno.connect",
  { group: "round trip", baseline: true },
  async () => {
    await raw.write(message);
    let received = 0;
    while (received < SIZE) received += await raw.read(buffer) ?? SIZE;
  },
);

Deno.bench("round trip of 64 B, deno stack", { group: "round trip" }, () => {
  socket.send(message, SIZE, 0);
  let received = 0;
  while (received < SIZE) received += socket.recv(buffer, SIZE - received, 0);
});

Deno.bench("recv() with MSG_DONTWAIT and nothing there", () => {
  socket.recv(buffer, SIZE, MSG_DONTWAIT);
});
