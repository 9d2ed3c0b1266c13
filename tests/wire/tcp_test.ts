import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { Ipv4Packet } from "../../lib/wire/ipv4.ts";
import { Ipv6Packet } from "../../lib/wire/ipv6.ts";
import {
  emitTcp,
  parseTcp,
  tcpHeaderLength,
  TcpPacket,
  type TcpRepr,
  tcpSequenceLength,
} from "../../lib/wire/tcp.ts";
import {
  TCP_FLAG_ACK,
  TCP_FLAG_FIN,
  TCP_FLAG_SYN,
  tcpFlagNames,
} from "../../lib/wire/tcp_flags.ts";
import {
  NO_TCP_OPTIONS,
  parseTcpOptions,
  type TcpOptions,
  tcpOptionsLength,
} from "../../lib/wire/tcp_options.ts";
import { dirty, SYN_V4, SYN_V6 } from "./packets.ts";

const IPS = [Ipv4Packet.check(SYN_V4), Ipv6Packet.check(SYN_V6)];
const SOURCE = new Uint8Array([10, 0, 0, 1]);
const DESTINATION = new Uint8Array([10, 0, 0, 2]);

const PLAIN: TcpRepr = {
  sourcePort: 1,
  destinationPort: 2,
  sequence: 0xffff_fffe,
  acknowledgment: 0x8000_0001,
  flags: TCP_FLAG_ACK,
  window: 0xfffe,
  urgentPointer: 0,
  options: NO_TCP_OPTIONS,
  payload: new Uint8Array([1, 2, 3]),
};

Deno.test("TcpPacket takes Linux's SYN apart", () => {
  const [ip] = IPS;
  assert(ip !== null && ip !== undefined);
  const tcp = TcpPacket.check(ip.payload);
  assert(tcp !== null);
  assertEquals(tcp.sourcePort, 0xac92);
  assertEquals(tcp.destinationPort, 80);
  assertEquals(tcp.sequence, 0x4e71fe1e);
  assertEquals(tcp.acknowledgment, 0);
  assertEquals(tcp.flags, TCP_FLAG_SYN);
  assertEquals(tcp.window, 64240);
  assertEquals(tcp.urgentPointer, 0);
  assertEquals(tcp.headerLength, 40);
  assertEquals(tcp.payload.length, 0);
  assertEquals(parseTcp(tcp).options, {
    maximumSegmentSize: 1460,
    windowScale: 10,
    sackPermitted: true,
    sackBlocks: [],
    timestamps: { value: 0xd62c93cf, echo: 0 },
  });
});

Deno.test("emitTcp() writes Linux's SYNs, options and checksum included", () => {
  for (const ip of IPS) {
    assert(ip !== null);
    const tcp = TcpPacket.check(ip.payload);
    assert(tcp !== null && tcp.hasValidChecksum(ip.source, ip.destination));
    const buffer = dirty(60);
    const length = emitTcp(parseTcp(tcp), ip.source, ip.destination, buffer);
    assertEquals(buffer.subarray(0, length), Uint8Array.from(ip.payload));
    assertEquals(buffer[length], 0xa5);
  }
});

Deno.test("emitTcp() writes what parseTcp() reads back", () => {
  const buffer = dirty(80);
  const length = emitTcp(PLAIN, SOURCE, DESTINATION, buffer);
  assertEquals(length, 23);
  const packet = TcpPacket.check(buffer.subarray(0, length));
  assert(packet !== null && packet.hasValidChecksum(SOURCE, DESTINATION));
  assertEquals(parseTcp(packet), PLAIN);
});

Deno.test("hasValidChecksum() finds each changed bit and a changed address", () => {
  const buffer = new Uint8Array(23);
  emitTcp(PLAIN, SOURCE, DESTINATION, buffer);
  for (let bit = 0; bit < 23 * 8; bit++) {
    const broken = buffer.slice();
    broken[bit >> 3] = (broken[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assertFalse(TcpPacket.check(broken)?.hasValidChecksum(SOURCE, DESTINATION) ?? false);
  }
  const other = new Uint8Array([10, 0, 0, 3]);
  assertEquals(TcpPacket.check(buffer)?.hasValidChecksum(SOURCE, other), false);
});

Deno.test("TcpPacket.check() refuses a header that is not all there", () => {
  const buffer = new Uint8Array(40);
  assertEquals(TcpPacket.check(buffer.subarray(0, 19)), null);
  for (const words of [0, 4, 11, 15]) {
    buffer[12] = words << 4;
    assertEquals(TcpPacket.check(buffer), null, `${words}`);
  }
  buffer[12] = 10 << 4;
  assert(TcpPacket.check(buffer) !== null);
});

Deno.test("emitTcp() refuses what does not fit", () => {
  assertThrows(() => emitTcp(PLAIN, SOURCE, DESTINATION, new Uint8Array(22)), RangeError);
});

Deno.test("tcpSequenceLength() counts SYN and FIN", () => {
  assertEquals(tcpSequenceLength(PLAIN), 3);
  assertEquals(tcpSequenceLength({ ...PLAIN, flags: TCP_FLAG_SYN | TCP_FLAG_FIN }), 5);
});

Deno.test("tcpFlagNames() names each bit", () => {
  assertEquals(tcpFlagNames(0), "none");
  assertEquals(tcpFlagNames(TCP_FLAG_SYN | TCP_FLAG_ACK), "SYN, ACK");
  assertEquals(tcpFlagNames(0xff), "SYN, FIN, RST, PSH, ACK, URG, ECE, CWR");
});

function roundTrip(options: TcpOptions): TcpOptions {
  const repr = { ...PLAIN, options };
  const buffer = dirty(100);
  const packet = TcpPacket.check(buffer.subarray(0, emitTcp(repr, SOURCE, DESTINATION, buffer)));
  assert(packet !== null);
  assertEquals(packet.headerLength, tcpHeaderLength(repr));
  assertEquals(packet.payload, PLAIN.payload);
  return parseTcp(packet).options;
}

Deno.test("emitTcp() writes every combination of options in a multiple of four octets", () => {
  for (let bits = 0; bits < 32; bits++) {
    const options: TcpOptions = {
      maximumSegmentSize: (bits & 1) === 0 ? null : 1400,
      windowScale: (bits & 2) === 0 ? null : 7,
      sackPermitted: (bits & 4) !== 0,
      timestamps: (bits & 8) === 0 ? null : { value: 0xffff_ffff, echo: 1 },
      sackBlocks: (bits & 16) === 0 ? [] : [{ left: 0xffff_fff0, right: 4 }],
    };
    assertEquals(tcpOptionsLength(options) % 4, 0);
    assertEquals(roundTrip(options), options);
  }
});

Deno.test("emitTcp() writes as many SACK blocks as fit", () => {
  const sackBlocks = [1, 2, 3, 4, 5].map((n) => ({ left: n * 10, right: n * 10 + 5 }));
  assertEquals(roundTrip({ ...NO_TCP_OPTIONS, sackBlocks }).sackBlocks, sackBlocks.slice(0, 4));
  const timestamps = { value: 1, echo: 2 };
  const options = { ...NO_TCP_OPTIONS, sackBlocks, timestamps };
  assertEquals(roundTrip(options).sackBlocks, sackBlocks.slice(0, 3));
});

Deno.test("parseTcpOptions() skips unknown options and finds unaligned ones (MUST-6, MUST-64)", () => {
  const options = parseTcpOptions(new Uint8Array([1, 30, 5, 9, 9, 9, 2, 4, 5, 180, 1, 3, 3, 2]));
  assertEquals(options.maximumSegmentSize, 1460);
  assertEquals(options.windowScale, 2);
});

Deno.test("parseTcpOptions() stops at a length that cannot be (MUST-7)", () => {
  for (const wrong of [[30, 0], [30, 1], [30, 200], [30], [2, 4, 5]]) {
    const options = parseTcpOptions(new Uint8Array([2, 4, 5, 180, ...wrong]));
    assertEquals(options.maximumSegmentSize, 1460, `${wrong}`);
  }
});

Deno.test("parseTcpOptions() reads nothing after the end of the list (MUST-69)", () => {
  assertEquals(parseTcpOptions(new Uint8Array([0, 2, 4, 5, 180])), NO_TCP_OPTIONS);
});

Deno.test("parseTcpOptions() ignores an option of the wrong size", () => {
  for (const wrong of [[2, 3, 1], [3, 4, 1, 1], [4, 3, 0], [8, 9, 0, 0, 0, 0, 0, 0, 0], [5, 2]]) {
    assertEquals(parseTcpOptions(new Uint8Array(wrong)), NO_TCP_OPTIONS, `${wrong}`);
  }
});

Deno.test("parseTcpOptions() takes a window scale over 14 for 14", () => {
  assertEquals(parseTcpOptions(new Uint8Array([3, 3, 15])).windowScale, 14);
});
