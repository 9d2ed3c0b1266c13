import { assertEquals } from "@std/assert";
import {
  checkSocketArguments,
  checkSocketFlags,
  typeOfSocket,
} from "../../lib/kernel/socket_arguments.ts";
import { Errno, errnoName } from "../../lib/linux/errno.ts";
import {
  IPPROTO_DCCP,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_IP,
  IPPROTO_MPTCP,
  IPPROTO_SCTP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPPROTO_UDPLITE,
} from "../../lib/linux/in.ts";
import {
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_PACKET,
  AF_UNIX,
  AF_UNSPEC,
  AF_VSOCK,
  SOCK_CLOEXEC,
  SOCK_DCCP,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_PACKET,
  SOCK_RAW,
  SOCK_RDM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOCK_TYPE_MASK,
} from "../../lib/linux/socket.ts";
import { NativeProgram, testNative } from "./native.ts";

function check(domain: number, type: number, protocol: number): string {
  const result = checkSocketArguments(domain, type, protocol);
  return result === 0 ? "ok" : errnoName(-result);
}

const DOMAINS = [AF_UNIX, AF_INET, AF_INET6] as const;
const INTERNET = [AF_INET, AF_INET6] as const;

Deno.test("checkSocketArguments() takes TCP and UDP, named or by default", () => {
  for (const domain of INTERNET) {
    for (const protocol of [0, IPPROTO_TCP]) {
      assertEquals(check(domain, SOCK_STREAM, protocol), "ok");
    }
    for (const protocol of [0, IPPROTO_UDP]) {
      assertEquals(check(domain, SOCK_DGRAM, protocol), "ok");
    }
    assertEquals(check(domain, SOCK_STREAM, IPPROTO_UDP), "EPROTONOSUPPORT");
    assertEquals(check(domain, SOCK_DGRAM, IPPROTO_TCP), "EPROTONOSUPPORT");
  }
});

Deno.test("checkSocketArguments() takes AF_UNIX streams, datagrams and sequenced packets", () => {
  for (const type of [SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_RAW]) {
    assertEquals(check(AF_UNIX, type, 0), "ok");
    assertEquals(check(AF_UNIX, type, AF_UNIX), "ok");
    for (const protocol of [-1, 2, IPPROTO_TCP, IPPROTO_UDP, 300]) {
      assertEquals(check(AF_UNIX, type, protocol), "EPROTONOSUPPORT");
    }
  }
  for (const type of [0, SOCK_RDM, SOCK_DCCP, 7, SOCK_PACKET]) {
    assertEquals(check(AF_UNIX, type, 0), "ESOCKTNOSUPPORT");
    assertEquals(check(AF_UNIX, type, 2), "EPROTONOSUPPORT");
  }
});

Deno.test("checkSocketArguments() takes SOCK_NONBLOCK and SOCK_CLOEXEC and no other flag", () => {
  const flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
  for (const domain of DOMAINS) {
    for (const taken of [SOCK_NONBLOCK, SOCK_CLOEXEC, flags]) {
      assertEquals(check(domain, SOCK_STREAM | taken, 0), "ok");
      assertEquals(checkSocketFlags(SOCK_STREAM | taken), 0);
    }
    for (let bit = 4; bit < 32; bit++) {
      const flag = 1 << bit;
      if ((flag & flags) !== 0) continue;
      assertEquals(check(domain, SOCK_STREAM | flag, 0), "EINVAL");
      assertEquals(checkSocketFlags(SOCK_STREAM | flag), -Errno.EINVAL);
    }
  }
  // Before the family.
  assertEquals(check(99, SOCK_STREAM | 0x100, 0), "EINVAL");
  assertEquals(check(NaN, -1, 0), "EINVAL");
});

Deno.test("checkSocketArguments() refuses raw and packet sockets as to a process without CAP_NET_RAW", () => {
  for (const domain of INTERNET) {
    assertEquals(check(domain, SOCK_RAW, IPPROTO_IP), "EPROTONOSUPPORT");
    for (const protocol of [IPPROTO_ICMP, IPPROTO_TCP, 255, 262]) {
      assertEquals(check(domain, SOCK_RAW, protocol), "EPERM");
    }
  }
  for (const protocol of [0, 3, -1, 300]) {
    assertEquals(check(AF_INET, SOCK_PACKET, protocol), "EPERM");
  }
  assertEquals(check(AF_INET6, SOCK_PACKET, 3), "ESOCKTNOSUPPORT");
});

Deno.test("checkSocketArguments() refuses types and protocols that no internet family has", () => {
  for (const domain of INTERNET) {
    for (const type of [0, SOCK_RDM, SOCK_SEQPACKET, SOCK_DCCP, 7, 8, 9]) {
      for (const protocol of [0, IPPROTO_TCP, IPPROTO_SCTP]) {
        assertEquals(check(domain, type, protocol), "ESOCKTNOSUPPORT");
      }
    }
    for (let type = 11; type <= SOCK_TYPE_MASK; type++) {
      assertEquals(check(domain, type, 0), "EINVAL");
    }
    for (const type of [SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_RDM]) {
      for (const protocol of [-1, -(2 ** 31), 263, 264, 2 ** 31 - 1]) {
        assertEquals(check(domain, type, protocol), "EINVAL");
      }
    }
  }
});

Deno.test("checkSocketArguments() refuses other families, after types that no family has", () => {
  for (const domain of [AF_UNSPEC, 3, 5, AF_NETLINK, AF_PACKET, AF_VSOCK, 45]) {
    assertEquals(check(domain, SOCK_STREAM, 0), "EAFNOSUPPORT");
    assertEquals(check(domain, SOCK_RAW, 0), "EAFNOSUPPORT");
    assertEquals(check(domain, 11, 0), "EINVAL");
  }
  for (const domain of [-1, 46, 77, 2 ** 31 - 1]) {
    assertEquals(check(domain, SOCK_STREAM, 0), "EAFNOSUPPORT");
    assertEquals(check(domain, 11, 0), "EAFNOSUPPORT");
  }
});

Deno.test("checkSocketArguments() lets no number through that only looks like a good one", () => {
  const near = [NaN, Infinity, -Infinity, 0.5, 1.5, 2.5, 10.5, 2 ** 32, 2 ** 32 + 1, 2 ** 53];
  for (const number of near) {
    assertEquals(check(number, SOCK_STREAM, 0), "EAFNOSUPPORT");
    for (const domain of INTERNET) {
      const wanted = number >= 263 ? "EINVAL" : number < 0 ? "EINVAL" : "EPROTONOSUPPORT";
      assertEquals(check(domain, SOCK_STREAM, number), wanted);
    }
    assertEquals(check(AF_UNIX, SOCK_STREAM, number), "EPROTONOSUPPORT");
  }
});

Deno.test("typeOfSocket() makes SOCK_DGRAM of SOCK_RAW in AF_UNIX only, and keeps flags", () => {
  assertEquals(typeOfSocket(AF_UNIX, SOCK_RAW | SOCK_NONBLOCK), SOCK_DGRAM | SOCK_NONBLOCK);
  for (const type of [SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM | SOCK_CLOEXEC]) {
    assertEquals(typeOfSocket(AF_UNIX, type), type);
  }
  assertEquals(typeOfSocket(AF_INET, SOCK_RAW), SOCK_RAW);
});

/** Prints the errno of socket(2) for every triple, as a user without privileges. */
const SOCKETS = `
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static void try(int domain, int type, int protocol) {
  int fd = socket(domain, type, protocol);
  printf("%d %d %d %d\\n", domain, type, protocol, fd < 0 ? errno : 0);
  if (fd >= 0) close(fd);
}

int main(void) {
  if (getuid() == 0 && (setgroups(0, 0) || setgid(65534) || setuid(65534))) return 1;
  int types[] = {-1, 0x80000001, 17, 0x101, 0x1001, 0x40000001, 0x801, 0x80002, 0x80802, 0x805};
  int protocols[] = {INT_MIN, -1, 263, 264, 300, 512, 65535, INT_MAX};
  for (int domain = -2; domain < 60; domain++) {
    int other = domain != AF_UNIX && domain != AF_INET && domain != AF_INET6;
    for (int t = 0; t < 26; t++) {
      int type = t < 16 ? t : types[t - 16];
      for (int protocol = 0; protocol < (other ? 2 : 263); protocol++) try(domain, type, protocol);
      for (int p = 0; p < 8; p++) try(domain, type, protocols[p]);
    }
  }
}
`;

/** Where guests get another answer than a process without privileges, and which. */
function deviation(domain: number, type: number, protocol: number): string | null {
  const base = type & SOCK_TYPE_MASK;
  if (checkSocketFlags(type) < 0 || base > SOCK_PACKET) return null;
  // Families that a kernel may have: AF_NETLINK, AF_PACKET, AF_VSOCK, …
  if (domain >= 0 && domain < 46 && !(DOMAINS as readonly number[]).includes(domain)) {
    return "EAFNOSUPPORT";
  }
  if (domain !== AF_INET && domain !== AF_INET6) return null;
  const refused: readonly (readonly [type: number, protocol: number])[] = [
    [SOCK_STREAM, IPPROTO_MPTCP],
    [SOCK_DGRAM, domain === AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6],
    [SOCK_DGRAM, IPPROTO_UDPLITE],
    // A kernel may have SCTP, or load it for the asking.
    [SOCK_STREAM, IPPROTO_SCTP],
  ];
  if (refused.some(([t, p]) => t === base && p === protocol)) return "EPROTONOSUPPORT";
  const loaded = (base === SOCK_SEQPACKET && protocol === IPPROTO_SCTP) ||
    (base === SOCK_DCCP && protocol === IPPROTO_DCCP);
  return loaded ? "ESOCKTNOSUPPORT" : null;
}

testNative(
  "checkSocketArguments() answers as Linux's socket() does, except where it says so",
  async () => {
    await using program = await NativeProgram.compile(SOCKETS);
    const { code, stdout } = await program.run();
    assertEquals(code, 0);
    const lines = stdout.trimEnd().split("\n");
    assertEquals(lines.length > 20_000, true);
    const different: string[] = [];
    for (const line of lines) {
      const [domain = 0, type = 0, protocol = 0, errno = 0] = line.split(" ").map(Number);
      const native = errno === 0 ? "ok" : errnoName(errno);
      const ours = check(domain, type, protocol);
      if (ours === (deviation(domain, type, protocol) ?? native)) continue;
      different.push(`socket(${domain}, ${type}, ${protocol}): Linux ${native}, here ${ours}`);
    }
    assertEquals(different, []);
  },
);
