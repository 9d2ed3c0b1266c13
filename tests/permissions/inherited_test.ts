import { assert, assertEquals } from "@std/assert";
import { type Expectation, expectCalls } from "./run_guest.ts";
import { testOn, testOnEach } from "./stacks.ts";

/** An address without a family. */
const NOWHERE = "hex:00000000000000000000000000000000";

testOnEach("a connection on standard input leads to no other peer", async (servers, stack) => {
  const peer = servers.tcp();
  const granted = servers.tcp();
  const other = servers.tcp();
  const flags = [`--allow-net=127.0.0.1:${granted.port}`];
  const stdin = `/dev/tcp/127.0.0.1/${peer.port}`;
  if (stack === "deno") {
    // There it is read, and nothing else.
    await expectCalls({ stack, flags, stdin }, [
      [`connect 0 127.0.0.1:${other.port}`, "ENOTSOCK"],
      ["send 0 'x'", "ENOTSOCK"],
      ["write 0 'x'", "EBADF"],
    ]);
    assertEquals(peer.arrivals(), [""]);
    return;
  }
  const refused = `EACCES --allow-net=127.0.0.1:${other.port}`;
  await expectCalls({ stack, flags, stdin }, [
    ["write 0 'inherited'", "9"],
    [`connect 0 127.0.0.1:${other.port}`, refused],
    ["listen 0 1", "EACCES --allow-net=0.0.0.0:0"],
    // Another peer, by way of none.
    [`connect 0 ${NOWHERE}`, "0"],
    [`connect 0 127.0.0.1:${other.port}`, refused],
    [`connect 0 0.0.0.0:${other.port}`, `EACCES --allow-net=0.0.0.0:${other.port}`],
    ["bind 0 0.0.0.0:0", "EACCES --allow-net=0.0.0.0:0"],
    ["listen 0 1", "EACCES --allow-net=0.0.0.0:0"],
    [`connect 0 127.0.0.1:${peer.port}`, `EACCES --allow-net=127.0.0.1:${peer.port}`],
    [`connect 0 127.0.0.1:${granted.port}`, "0"],
    ["send 0 'granted'", "7"],
  ]);
  assertEquals(peer.arrivals(), ["inherited"]);
  assertEquals(granted.arrivals(), ["granted"]);
  assertEquals(other.arrivals(), []);
});

testOn("libc", "datagrams on standard input go to no other peer", async (servers, stack) => {
  const peer = servers.udp();
  const granted = servers.udp();
  const other = servers.udp();
  const flags = [`--allow-net=127.0.0.1:${granted.port}`];
  const refused = `EACCES --allow-net=127.0.0.1:${other.port}`;
  await expectCalls({ stack, flags, stdin: `/dev/udp/127.0.0.1/${peer.port}` }, [
    ["send 0 'inherited'", "9"],
    [`sendto 0 'x' 127.0.0.1:${other.port}`, refused],
    [`sendmsg 0 'x' 127.0.0.1:${other.port}`, refused],
    [`connect 0 127.0.0.1:${other.port}`, refused],
    [`connect 0 ${NOWHERE}`, "0"],
    ["send 0 'x'", "EDESTADDRREQ"],
    [`sendto 0 'granted' 127.0.0.1:${granted.port}`, "7"],
  ]);
  assertEquals(peer.arrivals(), ["inherited"]);
  assertEquals(granted.arrivals(), ["granted"]);
  assertEquals(other.arrivals(), []);
});

/** Sockets that no guest can make, as Python makes them. */
const FOREIGN: Readonly<Record<string, string>> = {
  netlink: "AF_NETLINK, SOCK_RAW, 0",
  raw: "AF_INET, SOCK_RAW, IPPROTO_UDP",
  ping: "AF_INET, SOCK_DGRAM, IPPROTO_ICMP",
};

testOn("libc", "a socket of another family on standard input is none", async (servers, stack) => {
  const udp = servers.udp();
  const tcp = servers.tcp();
  const refusals: Expectation[] = [
    ["connect 0 hex:100000000000000000000000", "ENOTSOCK"],
    ["sendto 0 'x' hex:100000000000000000000000", "ENOTSOCK"],
    [`connect 0 127.0.0.1:${tcp.port}`, "ENOTSOCK"],
    [`sendto 0 'x' 127.0.0.1:${udp.port}`, "ENOTSOCK"],
    [`sendmsg 0 'x' 127.0.0.1:${udp.port}`, "ENOTSOCK"],
    ["bind 0 127.0.0.1:0", "ENOTSOCK"],
    ["listen 0 1", "ENOTSOCK"],
    ["accept 0", "ENOTSOCK"],
    ["setsockopt 0 SOL_SOCKET SO_BROADCAST 1", "ENOTSOCK"],
    ["shutdown 0 2", "ENOTSOCK"],
  ];
  let tried = 0;
  for (const socket of Object.values(FOREIGN)) {
    if (!await canMake(socket)) continue;
    tried++;
    await expectCalls({ stack, flags: ["--allow-net"], python: socket }, refusals);
  }
  // Without Python there is nothing to try with.
  assert(tried > 0 || !await canMake("AF_INET, SOCK_DGRAM, 0"));
  assertEquals(udp.arrivals(), []);
  assertEquals(tcp.arrivals(), []);
});

/** Whether Python is there and may make such a socket. */
async function canMake(socket: string): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("python3", {
      args: ["-c", `from socket import *; socket(${socket})`],
      stdin: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}
