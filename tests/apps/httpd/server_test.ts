import { assert, assertEquals } from "@std/assert";
import { HttpServer } from "../../../lib/apps/httpd/server.ts";
import { Kernel } from "../../../lib/kernel/kernel.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { MSG_DONTWAIT } from "../../../lib/linux/socket.ts";
import { TcpStream } from "../../../lib/net/mod.ts";
import { openStack } from "../../../lib/stack/open.ts";

/** More than the buffers of two sockets take. */
const SIZE = 32 * 1024 * 1024;

/** Turns of the server and reads of the client in which a response of that size comes through. */
const PATIENCE = 100_000;

Deno.test("HttpServer stop() lets a response end, and its connection with it", () => {
  const root = Deno.makeTempDirSync({ prefix: "vmsock_server_" });
  const file = Deno.openSync(`${root}/large`, { write: true, create: true });
  file.truncateSync(SIZE);
  file.close();
  using system = new Kernel(openStack("libc"));
  const server = new HttpServer(system, {
    root,
    address: "127.0.0.1:0",
    sharesPort: false,
    lists: false,
    logs: false,
    timeout: 60_000,
    maxConnections: 10,
  });
  const client = TcpStream.connect(server.address, { system });
  try {
    client.writeAll(new TextEncoder().encode("GET /large HTTP/1.1\r\nHost: h\r\n\r\n"));
    const buffer = new Uint8Array(65_536);
    let received = 0;
    while (received === 0) {
      server.turn(0);
      received = Math.max(0, system.recv(client.fd, buffer, buffer.length, MSG_DONTWAIT));
    }
    server.stop();
    assertEquals(server.connections, 1);

    let count = -Errno.EAGAIN;
    for (let tries = 0; tries < PATIENCE && count !== 0; tries++) {
      server.turn(0);
      count = system.recv(client.fd, buffer, buffer.length, MSG_DONTWAIT);
      received += Math.max(0, count);
    }
    assertEquals(count, 0);
    assert(received > SIZE, `${received}`);
  } finally {
    client.close();
    server[Symbol.dispose]();
    Deno.removeSync(root, { recursive: true });
  }
});
