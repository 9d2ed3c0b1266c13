/**
 * Ten megabytes each way over the user stack, byte for byte, between it and a server of Linux's TCP;
 * then curl as a client of our httpd. Arguments: `plain`, or `faulty` for 5 % loss, duplication and
 * reordering in both directions.
 */
import { assert, assertEquals } from "@std/assert";
import { Kernel } from "../../../lib/kernel/kernel.ts";
import { TcpStream } from "../../../lib/net/mod.ts";
import { UserStack } from "../../../lib/stack/user/user_stack.ts";
import { Random } from "../../linux/random.ts";

const SIZE = 10_000_000;
const faults = Deno.args[0] === "faulty"
  ? { faults: { loss: 0.05, duplication: 0.05, reordering: 0.05, seed: 1 } }
  : {};

/** A server in a process of its own: GET gives the octets, POST compares them. */
async function startServer(path: string): Promise<Deno.ChildProcess> {
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("octet_server.ts", import.meta.url).pathname, "10.9.0.1", path],
    stdout: "piped",
  }).spawn();
  const reader = server.stdout.getReader();
  await reader.read();
  await reader.cancel();
  return server;
}

function readAll(stream: TcpStream): Uint8Array {
  const buffer = new Uint8Array(65_536);
  const parts: Uint8Array[] = [];
  for (let count = stream.read(buffer); count > 0; count = stream.read(buffer)) {
    parts.push(buffer.slice(0, count));
  }
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function bodyOf(response: Uint8Array): Uint8Array {
  for (let index = 0; index + 4 <= response.length; index++) {
    if (
      response[index] === 13 && response[index + 1] === 10 && response[index + 2] === 13 &&
      response[index + 3] === 10
    ) return response.subarray(index + 4);
  }
  return new Uint8Array();
}

const path = await Deno.makeTempFile();
const data = new Random(9).bytes(SIZE);
Deno.writeFileSync(path, data);
const stack = new UserStack({
  tun: "vmsock0",
  addresses: ["10.9.0.2/24"],
  gateway: "10.9.0.1",
  nameserver: null,
  ...faults,
});
const server = await startServer(path);
try {
  using system = new Kernel(stack);
  const encoder = new TextEncoder();
  {
    using stream = TcpStream.connect("10.9.0.1:8000", { system });
    stream.writeAll(encoder.encode("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    const body = bodyOf(readAll(stream));
    assert(body.length === SIZE && body.every((octet, index) => octet === data[index]));
  }
  {
    using stream = TcpStream.connect("10.9.0.1:8000", { system });
    stream.writeAll(
      encoder.encode(
        `POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${SIZE}\r\n\r\n`,
      ),
    );
    stream.writeAll(data);
    assertEquals(new TextDecoder().decode(bodyOf(readAll(stream))), "same");
  }
} finally {
  server.kill();
  await server.status;
  Deno.removeSync(path);
}
