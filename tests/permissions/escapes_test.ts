import { assert, assertEquals } from "@std/assert";
import { type Expectation, expectCalls, runGuest } from "./run_guest.ts";
import { testOn, testOnEach } from "./stacks.ts";

testOnEach("socket() makes no other sockets than those of the table", async (_servers, stack) => {
  const families = [];
  for (let family = 0; family < 48; family++) {
    if (![1, 2, 10].includes(family)) families.push(family);
  }
  const calls: Expectation[] = [
    // AF_NETLINK, AF_PACKET, AF_ALG, AF_VSOCK, AF_XDP, AF_SMC and all the others.
    ...[...families, -1, 258, 4294967298, 2.5, NaN, Infinity].map((family) =>
      [`socket ${family} SOCK_DGRAM`, "EAFNOSUPPORT"] as const
    ),
    ...["AF_INET", "AF_INET6"].flatMap((family): Expectation[] => [
      // ICMP, raw IP, UDP and TCP headers of one's own.
      ...[1, 6, 17, 58, 255].map((protocol) =>
        [`socket ${family} SOCK_RAW ${protocol}`, "EPERM"] as const
      ),
      [`socket ${family} SOCK_RAW 0`, "EPROTONOSUPPORT"],
      // MPTCP, SCTP, DCCP; ICMP by unprivileged sockets, UDP-Lite, L2TP.
      ...[262, 132, 33, 17].map((protocol) =>
        [`socket ${family} SOCK_STREAM ${protocol}`, "EPROTONOSUPPORT"] as const
      ),
      ...[1, 58, 136, 115, 6].map((protocol) =>
        [`socket ${family} SOCK_DGRAM ${protocol}`, "EPROTONOSUPPORT"] as const
      ),
      [`socket ${family} SOCK_STREAM 4294967302`, "EINVAL"],
      [`socket ${family} SOCK_SEQPACKET 132`, "ESOCKTNOSUPPORT"],
      [`socket ${family} SOCK_RDM`, "ESOCKTNOSUPPORT"],
      [`socket ${family} SOCK_DCCP`, "ESOCKTNOSUPPORT"],
      [`socket ${family} SOCK_STREAM|4096`, "EINVAL"],
      [`socket ${family} 11`, "EINVAL"],
    ]),
    ["socket AF_INET SOCK_PACKET 768", "EPERM"],
    ["socket AF_UNIX SOCK_STREAM 2", "EPROTONOSUPPORT"],
    ["socket AF_UNIX SOCK_RDM", "ESOCKTNOSUPPORT"],
    ["socketpair AF_INET SOCK_STREAM", "EOPNOTSUPP"],
    ["socketpair AF_PACKET SOCK_RAW", "EAFNOSUPPORT"],
    ["socketpair 30 SOCK_STREAM", "EAFNOSUPPORT"],
  ];
  await expectCalls({ stack, flags: ["--allow-net", "--allow-read", "--allow-write"] }, calls);
});

/** What is not in the table of options, by level. */
const OPTIONS: Readonly<Record<string, readonly number[]>> = {
  // SO_PASSCRED, SO_BINDTODEVICE, SO_ATTACH_FILTER, SO_SNDBUFFORCE, SO_RCVBUFFORCE, SO_PASSSEC, SO_MARK,
  // SO_TIMESTAMPING, SO_PEEK_OFF, SO_LOCK_FILTER, SO_BUSY_POLL, SO_ATTACH_BPF, SO_ATTACH_REUSEPORT_CBPF,
  // SO_ATTACH_REUSEPORT_EBPF, SO_ZEROCOPY, SO_TXTIME, SO_BINDTOIFINDEX, SO_PEERPIDFD
  SOL_SOCKET: [16, 25, 26, 32, 33, 34, 36, 37, 42, 44, 46, 50, 51, 52, 60, 61, 62, 77, 65537],
  // IP_HDRINCL, IP_OPTIONS, IP_PKTINFO, IP_RECVERR, IP_FREEBIND, IP_IPSEC_POLICY, IP_XFRM_POLICY,
  // IP_TRANSPARENT, IP_BIND_ADDRESS_NO_PORT, IP_ADD_SOURCE_MEMBERSHIP, IP_MSFILTER, MCAST_JOIN_GROUP,
  // MCAST_JOIN_SOURCE_GROUP, MCAST_MSFILTER, IP_UNICAST_IF, IP_LOCAL_PORT_RANGE, IPT_SO_SET_REPLACE,
  // MRT_INIT
  IPPROTO_IP: [3, 4, 8, 11, 15, 16, 17, 19, 24, 39, 41, 42, 46, 48, 50, 51, 64, 200],
  // IPV6_ADDRFORM, IPV6_2292PKTINFO, IPV6_JOIN_ANYCAST, IPV6_FLOWLABEL_MGR, IPV6_HDRINCL,
  // MCAST_JOIN_GROUP, IPV6_PKTINFO, IPV6_HOPOPTS, IPV6_RTHDR, IP6T_SO_SET_REPLACE, IPV6_TRANSPARENT,
  // IPV6_UNICAST_IF, IPV6_FREEBIND
  IPPROTO_IPV6: [1, 2, 27, 32, 36, 42, 50, 54, 57, 64, 75, 76, 78],
  // TCP_MD5SIG, TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_FASTOPEN, TCP_FASTOPEN_CONNECT, TCP_ULP,
  // TCP_FASTOPEN_KEY, TCP_ZEROCOPY_RECEIVE
  IPPROTO_TCP: [14, 19, 20, 23, 30, 31, 33, 35],
  // UDP_ENCAP, UDP_SEGMENT, UDP_GRO
  IPPROTO_UDP: [100, 103, 104],
  // SOL_RAW, SOL_PACKET, SOL_NETLINK, SOL_ALG, SOL_TLS, SOL_XDP, SOL_MPTCP
  255: [1, 3],
  263: [1, 5],
  270: [1],
  279: [1],
  282: [1],
  283: [1, 4],
  284: [1],
  // SOL_SOCKET and SO_REUSEADDR once more, for whoever cuts numbers to 32 bits.
  4294967297: [2],
  1.5: [2],
};

testOnEach("options outside the table are refused and change nothing", async (servers, stack) => {
  const granted = servers.tcp();
  const other = servers.tcp();
  const otherUdp = servers.udp();
  const flags = [`--allow-net=127.0.0.1:${granted.port},0.0.0.0:0,[::]:0`];
  const calls = ["t = socket AF_INET6 SOCK_STREAM", "u = socket AF_INET6 SOCK_DGRAM"];
  for (const [level, names] of Object.entries(OPTIONS)) {
    for (const name of names) {
      for (const socket of ["t", "u"]) {
        calls.push(`setsockopt ${socket} ${level} ${name} 1`);
        calls.push(`getsockopt ${socket} ${level} ${name}`);
      }
    }
  }
  const answers = await runGuest({ stack, flags }, [
    ...calls,
    `sendto u 'x' [::1]:${otherUdp.port}`,
    `connect t [::1]:${other.port}`,
    "send t 'x'",
    `connect t [::ffff:127.0.0.1]:${granted.port}`,
    "send t 'x'",
  ]);
  calls.forEach((call, index) => {
    if (index < 2) return;
    const answer = answers[index] ?? "";
    assert(["ENOPROTOOPT", "EOPNOTSUPP"].includes(answer), `${call} gives ${answer}`);
  });
  assertEquals(answers.slice(calls.length), [
    `EACCES --allow-net=[::1]:${otherUdp.port}`,
    `EACCES --allow-net=[::1]:${other.port}`,
    "EPIPE",
    "0",
    "1",
  ]);
  assertEquals(granted.arrivals(), ["x"]);
  assertEquals(other.arrivals(), []);
  assertEquals(otherUdp.arrivals(), []);
});

testOnEach("MSG_FASTOPEN and addresses of streams connect nothing", async (servers, stack) => {
  const granted = servers.tcp();
  const other = servers.tcp();
  const flags = [`--allow-net=127.0.0.1:${granted.port}`];
  await expectCalls({ stack, flags }, [
    "a = socket AF_INET SOCK_STREAM",
    [`sendto a 'x' 127.0.0.1:${other.port} MSG_FASTOPEN`, "EOPNOTSUPP"],
    [`sendmsg a 'x' 127.0.0.1:${other.port} MSG_FASTOPEN`, "EOPNOTSUPP"],
    [`sendto a 'x' 127.0.0.1:${granted.port} MSG_FASTOPEN`, "EOPNOTSUPP"],
    ["send a 'x' MSG_FASTOPEN", "EOPNOTSUPP"],
    [`sendto a 'x' 127.0.0.1:${other.port} MSG_FASTOPEN|MSG_MORE|MSG_DONTWAIT`, "EOPNOTSUPP"],
    [`sendto a 'x' 127.0.0.1:${other.port}`, "EPIPE"],
    [`sendmsg a 'x' 127.0.0.1:${other.port}`, "EPIPE"],
    [`connect a 127.0.0.1:${granted.port}`, "0"],
    // A connected stream does not look at the address.
    [`sendto a 'one' 127.0.0.1:${other.port}`, "3"],
    [`sendmsg a 'two' 127.0.0.1:${other.port}`, "3"],
    ["send a 'x' MSG_FASTOPEN", "EOPNOTSUPP"],
  ]);
  assertEquals(granted.arrivals(), ["onetwo"]);
  assertEquals(other.arrivals(), []);
});

testOnEach("ioctl() and fcntl() do what the tables have and no more", async (_servers, stack) => {
  const flags = ["--allow-net=127.0.0.1:0"];
  await expectCalls({ stack, flags }, [
    "t = socket AF_INET SOCK_STREAM",
    "u = socket AF_INET SOCK_DGRAM",
    // FIOSETOWN, SIOCSPGRP, SIOCGSTAMP, SIOCADDRT, SIOCGIFCONF, SIOCSIFFLAGS, SIOCGIFADDR, SIOCGARP,
    // SIOCETHTOOL, SIOCBRADDBR, FIOASYNC, TIOCSTI, TCGETS, FICLONE, FS_IOC_SETFLAGS; FIONREAD beyond
    // 32 bits.
    ...[
      0x8901,
      0x8902,
      0x8906,
      0x890b,
      0x8912,
      0x8914,
      0x8915,
      0x8954,
      0x8946,
      0x89a0,
      0x5452,
      0x5412,
      0x5401,
      0x40049409,
      0x40086602,
      4294967296 + 0x541b,
      -1,
    ].flatMap((request): Expectation[] => [
      [`ioctl t ${request} 1`, "ENOTTY"],
      [`ioctl u ${request} 1`, "ENOTTY"],
      [`ioctl 0 ${request} 1`, "ENOTTY"],
    ]),
    // F_SETLKW, F_SETOWN, F_GETOWN, F_SETSIG, F_SETOWN_EX, F_OFD_SETLK, F_SETLEASE, F_NOTIFY,
    // F_ADD_SEALS, F_SET_RW_HINT; F_SETFL beyond 32 bits.
    ...[7, 8, 9, 10, 15, 37, 1024, 1026, 1033, 1036, 4294967300, -1].flatMap(
      (command): Expectation[] => [
        [`fcntl t ${command} 1`, "EINVAL"],
        [`fcntl 0 ${command} 1`, "EINVAL"],
      ],
    ),
    // O_ASYNC would have signals sent to the host.
    ["fcntl t F_SETFL O_ASYNC|O_NONBLOCK", "0"],
    [`fcntl t F_GETFL`, String(0o4002)],
  ]);
});

testOn("libc", "sendfile() takes files only, and sends where a socket is connected", async (
  servers,
  stack,
) => {
  const granted = servers.tcp();
  const file = Deno.makeTempFileSync({ prefix: "vmsock_permissions_" });
  try {
    Deno.writeTextFileSync(file, "from a file");
    const flags = [`--allow-net=127.0.0.1:${granted.port}`, `--allow-read=${file}`];
    await expectCalls({ stack, flags }, [
      "a = socket AF_INET SOCK_STREAM",
      `connect a 127.0.0.1:${granted.port}`,
      "b = socket AF_INET SOCK_STREAM",
      `connect b 127.0.0.1:${granted.port}`,
      ["sendfile a b 10", "EINVAL"],
      ["open /etc/hostname 0", "EACCES"],
      `f = open ${file} 0`,
      ["sendfile a f 100", "11"],
      ["sendfile f f 100", "EBADF"],
    ]);
    assertEquals(granted.arrivals(), ["from a file", ""]);
  } finally {
    Deno.removeSync(file);
  }
});
