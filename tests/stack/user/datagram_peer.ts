/**
 * Linux's side of tests with datagrams: a name server, and at port 7 an echo that on `knock PORT` first
 * sends to that port of the sender's and says what came of it. Argument: its address.
 */
import { createSocket } from "node:dgram";
import { parseSocketAddress } from "../../../lib/ip.ts";
import { Kernel } from "../../../lib/kernel/kernel.ts";
import { errnoName } from "../../../lib/linux/errno.ts";
import { encodeSockaddr } from "../../../lib/linux/sockaddr.ts";
import { AF_INET, SOCK_DGRAM } from "../../../lib/linux/socket.ts";
import { openStack } from "../../../lib/stack/open.ts";
import { answerTo } from "./name_server.ts";

const [address = "127.0.0.1"] = Deno.args;

/** Sends to a port from a socket that hears of errors; what came back. */
function knock(host: string, port: number): string {
  using system = new Kernel(openStack("libc"));
  const fd = system.socket(AF_INET, SOCK_DGRAM, 0);
  const to = parseSocketAddress(`${host}:${port}`);
  if (to === null) return "no address";
  system.connect(fd, encodeSockaddr(to));
  const buffer = new TextEncoder().encode("knock");
  system.send(fd, buffer, buffer.length, 0);
  const received = new Uint8Array(100);
  const count = system.recv(fd, received, received.length, 0);
  return count < 0 ? errnoName(-count) : new TextDecoder().decode(received.subarray(0, count));
}

const names = createSocket("udp4");
names.on("message", (query, from) => {
  const answer = answerTo(query);
  if (answer !== null) names.send(answer, from.port, from.address);
});
const echo = createSocket("udp4");
echo.on("message", (message, from) => {
  const [, port] = /^knock ([0-9]+)$/.exec(`${message}`) ?? [];
  const answer = port === undefined ? message : knock(from.address, Number(port));
  echo.send(answer, from.port, from.address);
});
names.bind(53, address, () => {
  echo.bind(7, address, () => void Deno.stdout.writeSync(new TextEncoder().encode("ready\n")));
});
