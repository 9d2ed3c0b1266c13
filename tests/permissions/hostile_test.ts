import { assert, assertEquals } from "@std/assert";
import { SOCK_DGRAM } from "../../lib/linux/socket.ts";
import type { Hostility } from "./hostile_program.ts";
import { denoArguments, flagsOf } from "./run_guest.ts";
import { testOnEach } from "./stacks.ts";

const CALLS = { libc: 60_000, deno: 12_000 } as const;

testOnEach("calls at random reach no server that is not granted", async (servers, stack) => {
  const granted = servers.tcp();
  const grantedUdp = servers.udp();
  const other = servers.tcp();
  const otherUdp = servers.udp();
  const name = `@vmsock-hostile-${Deno.pid}-${stack}`;
  const unix = servers.unix(name);
  const unixDatagram = servers.unix(`${name}-datagram`, SOCK_DGRAM);
  const hosts = [
    "127.0.0.1",
    "0.0.0.0",
    "127.0.0.2",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:0.0.0.0]",
  ];
  const ports = [granted, grantedUdp, other, otherUdp].map(({ port }) => port);
  const hostility: Hostility = {
    stack,
    addresses: [
      ...hosts.flatMap((host) => [...ports, 0].map((port) => `${host}:${port}`)),
      ...Array(8).fill(`127.0.0.1:${granted.port}`),
      ...Array(8).fill(`127.0.0.1:${grantedUdp.port}`),
      `unix:${name}`,
      `unix:${name}-datagram`,
      "unix:",
      "unix:/tmp",
    ],
    calls: CALLS[stack],
    seed: 1,
  };
  const flags = flagsOf({
    stack,
    flags: [`--allow-net=127.0.0.1:${granted.port},127.0.0.1:${grantedUdp.port},127.0.0.1:0`],
  });
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...denoArguments("hostile_program.ts", ["--no-prompt", ...flags]),
      JSON.stringify(hostility),
    ],
    stdin: "null",
    signal: AbortSignal.timeout(60_000),
  }).output();
  const decoder = new TextDecoder();
  assertEquals(decoder.decode(stdout), "done", decoder.decode(stderr));
  for (const server of [other, otherUdp, unix, unixDatagram]) assertEquals(server.arrivals(), []);
  // The calls were not all nonsense.
  assert(granted.arrivals().length > 0);
  assert(grantedUdp.arrivals().length > 0);
});
