import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import {
  Cidr,
  IpAddress,
  IPV4_ANY,
  IPV4_LOOPBACK,
  IPV6_ANY,
  IPV6_LOOPBACK,
  parseCidr,
  parseIpAddress,
  parseSocketAddress,
  SocketAddress,
} from "../lib/ip.ts";
import { Random } from "./linux/random.ts";

function ip(text: string): IpAddress {
  const address = parseIpAddress(text);
  assert(address !== null, `not an address: ${text}`);
  return address;
}

function cidr(text: string): Cidr {
  const block = parseCidr(text);
  assert(block !== null, `not a block: ${text}`);
  return block;
}

const CANONICAL: [rule: string, text: string, expected: string][] = [
  ["RFC 5952, 1", "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["RFC 5952, 1", "2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["RFC 5952, 1", "2001:db8::1:0:0:1", "2001:db8::1:0:0:1"],
  ["RFC 5952, 1", "2001:db8::0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["RFC 5952, 1", "2001:0db8::1:0:0:1", "2001:db8::1:0:0:1"],
  ["RFC 5952, 1", "2001:db8:0:0:1::1", "2001:db8::1:0:0:1"],
  ["RFC 5952, 1", "2001:db8:0000:0:1::1", "2001:db8::1:0:0:1"],
  ["RFC 5952, 1", "2001:DB8:0:0:1::1", "2001:db8::1:0:0:1"],
  [
    "RFC 5952, 2.1",
    "2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001",
    "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1",
  ],
  ["RFC 5952, 2.2", "2001:db8:aaaa:bbbb:cccc:dddd::1", "2001:db8:aaaa:bbbb:cccc:dddd:0:1"],
  ["RFC 5952, 2.2", "2001:db8:0:0:0::1", "2001:db8::1"],
  [
    "RFC 5952, 2.3",
    "2001:db8:aaaa:bbbb:cccc:dddd:eeee:AaAa",
    "2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa",
  ],
  ["RFC 5952, 4.1", "2001:0db8::0001", "2001:db8::1"],
  ["RFC 5952, 4.2.1", "2001:db8::0:1", "2001:db8::1"],
  ["RFC 5952, 4.2.2", "2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["RFC 5952, 4.2.3", "2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
  ["RFC 5952, 4.2.3", "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["RFC 5952, 5", "0:0:0:0:0:ffff:192.0.2.1", "::ffff:192.0.2.1"],
  ["RFC 5952, 5", "::ffff:c000:201", "::ffff:192.0.2.1"],
  [
    "RFC 4291, 2.2",
    "ABCD:EF01:2345:6789:ABCD:EF01:2345:6789",
    "abcd:ef01:2345:6789:abcd:ef01:2345:6789",
  ],
  ["RFC 4291, 2.2", "2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"],
  ["RFC 4291, 2.2", "FF01:0:0:0:0:0:0:101", "ff01::101"],
  ["RFC 4291, 2.2", "0:0:0:0:0:0:0:1", "::1"],
  ["RFC 4291, 2.2", "0:0:0:0:0:0:0:0", "::"],
  ["RFC 4291, 2.2", "0:0:0:0:0:0:13.1.68.3", "::d01:4403"],
  ["RFC 4291, 2.2", "0:0:0:0:0:FFFF:129.144.52.38", "::ffff:129.144.52.38"],
  ["at the end", "1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"],
  ["at the end", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["at the start", "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
  ["IPv4 in front of nothing", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"],
  ["zone", "fe80::1%2", "fe80::1%2"],
  ["zone", "fe80::1%0", "fe80::1"],
  ["zone", "FE80::1%4294967295", "fe80::1%4294967295"],
  ["zone", "::ffff:1.2.3.4%5", "::ffff:1.2.3.4%5"],
  ["IPv4", "0.0.0.0", "0.0.0.0"],
  ["IPv4", "255.255.255.255", "255.255.255.255"],
  ["IPv4", "192.0.2.10", "192.0.2.10"],
];

Deno.test("IpAddress.toString() is canonical", () => {
  for (const [rule, text, expected] of CANONICAL) {
    assertEquals(parseIpAddress(text)?.toString(), expected, `${text} (${rule})`);
    assertEquals(ip(expected).toString(), expected);
  }
});

const NOT_ADDRESSES = [
  ...["", " ", "localhost", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.256"],
  ...["01.2.3.4", "1.2.3.04", "1.2.3.00", "0x7f.0.0.1", "127.1", "2130706433", "1.2.3.-4"],
  ...["+1.2.3.4", " 1.2.3.4", "1.2.3.4 ", "1.2.3.4\n", "1.2.3.4\0", "1.2.3.4/8", "1.2.3.4:80"],
  ...["1.2.3.4%1", "1,2,3,4", "1.2.3.4e0", "١.2.3.4", "1.2.3.1e1", "1.2.3.0004"],
  ...[":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7"],
  ...["1::2::3", "::1::", "12345::", "g::", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8"],
  ...[
    "1:2:3:4::5:6:7:8",
    "::1 ",
    " ::1",
    "[::1]",
    "::1/64",
    "0x1::",
    "-1::",
    "1:2:3:4:5:6:7:1.2.3.4",
  ],
  ...[
    "::1.2.3",
    "::1.2.3.4.5",
    "::1.2.3.4:5",
    "1.2.3.4::",
    "::01.2.3.4",
    "::1.2.3.256",
    "::1.2.3.4.",
  ],
  ...["1::1.2.3.4::", "::ffff:1.2.3.4.", "fe80::1%", "fe80::1%eth0", "fe80::1%-1", "fe80::1%01"],
  ...["fe80::1%4294967296", "fe80::1%1%2", "fe80::1%1 ", "%1", "fe80::1%0x1", "1:".repeat(5000)],
  ...[".".repeat(5000), "::".repeat(5000), "0".repeat(5000), `::${"0".repeat(5000)}`],
];

Deno.test("parseIpAddress() gives null when the text is not an address", () => {
  for (const text of NOT_ADDRESSES) {
    assertEquals(parseIpAddress(text), null, JSON.stringify(text.slice(0, 40)));
  }
});

Deno.test("parseIpAddress() reads the bytes in network order", () => {
  assertEquals([...ip("1.2.3.4").bytes], [1, 2, 3, 4]);
  assertEquals([...ip("102:304::a0b:c0d").bytes], [
    1,
    2,
    3,
    4,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    10,
    11,
    12,
    13,
  ]);
  assertEquals([ip("1.2.3.4").family, ip("::1.2.3.4").family], [4, 6]);
  assertEquals([ip("fe80::1%7").scopeId, ip("fe80::1").scopeId], [7, 0]);
});

// A text near the grammar: pieces that addresses are made of, joined at random.
function randomText(random: Random): string {
  const pieces = [
    "0",
    "1",
    "a",
    "F",
    "ffff",
    "00",
    "255",
    "256",
    ":",
    ":",
    ":",
    "::",
    ".",
    ".",
    "%",
    "g",
  ];
  const count = 1 + random.integer(18);
  return Array.from({ length: count }, () => random.pick(pieces)).join("");
}

Deno.test({
  name: "parseIpAddress() agrees with inet_pton(3) (skipped where there is no glibc)",
  ignore: !Deno.build.target.endsWith("linux-gnu"),
  fn() {
    const libc = Deno.dlopen("libc.so.6", {
      // int inet_pton(int af, const char *src, void *dst);
      inet_pton: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
    });
    function inetPton(text: string): string | null {
      for (const [family, length] of [[2, 4], [10, 16]] as const) {
        const bytes = new Uint8Array(length);
        const source = new TextEncoder().encode(`${text}\0`);
        if (libc.symbols.inet_pton(family, source, bytes) === 1) return bytes.join();
      }
      return null;
    }
    try {
      const random = new Random(10);
      let understood = 0;
      const texts = [...CANONICAL.map(([, text]) => text), ...NOT_ADDRESSES];
      for (let i = 0; i < 20_000; i++) texts.push(randomText(random));
      // Random addresses, some of them with one character changed.
      for (let i = 0; i < 20_000; i++) {
        const bytes = random.bytes(random.pick([4, 16])).map((byte) =>
          byte & random.pick([0, 255])
        );
        const text = new IpAddress(bytes).toString();
        const at = random.integer(text.length * 2);
        texts.push(text.slice(0, at) + random.pick(["", ":", "0", "."]) + text.slice(at + 1));
        texts.push(text);
      }
      for (const text of texts) {
        // inet_pton() knows no zones, and its text ends at a NUL.
        if (text.includes("%") || text.includes("\0")) continue;
        const ours = parseIpAddress(text)?.bytes.join() ?? null;
        assertEquals(ours, inetPton(text), JSON.stringify(text.slice(0, 80)));
        if (ours !== null) understood++;
      }
      assert(understood > 20_000);
    } finally {
      libc.close();
    }
  },
});

Deno.test("parseIpAddress() leads back to what IpAddress.toString() wrote", () => {
  const random = new Random(11);
  for (let i = 0; i < 5000; i++) {
    const mask = random.bytes(8).map((byte) => byte & 1 ? 255 : 0);
    const bytes = random.bytes(random.pick([4, 16])).map((byte, at) => byte & (mask[at >> 1] ?? 0));
    const address = new IpAddress(bytes, bytes.length === 4 ? 0 : random.integer(2 ** 32));
    assertEquals(ip(address.toString()), address);
  }
});

Deno.test("parse functions take any text", () => {
  const random = new Random(12);
  const characters = "0123456789abcfxg:.%/[]- +\n\0\u0663\ud800é";
  for (let i = 0; i < 20_000; i++) {
    const length = random.integer(24);
    const text = Array.from({ length }, () => random.pick(characters)).join("");
    parseIpAddress(text);
    parseSocketAddress(text);
    parseCidr(text);
  }
});

Deno.test("IpAddress refuses other counts of bytes", () => {
  for (const length of [0, 3, 5, 15, 17]) {
    assertThrows(() => new IpAddress(new Uint8Array(length)), RangeError);
  }
});

Deno.test("IpAddress refuses a zone index out of range, and any for IPv4", () => {
  for (const scopeId of [-1, 2 ** 32, 1.5, NaN]) {
    assertThrows(() => new IpAddress(new Uint8Array(16), scopeId), RangeError);
  }
  assertThrows(() => new IpAddress(new Uint8Array(4), 1), RangeError);
  assertEquals(new IpAddress(new Uint8Array(16), 2 ** 32 - 1).scopeId, 4294967295);
});

Deno.test("IpAddress keeps a copy of its bytes", () => {
  const bytes = new Uint8Array([1, 2, 3, 4]);
  const address = new IpAddress(bytes);
  bytes[0] = 9;
  assertEquals(address.toString(), "1.2.3.4");
});

Deno.test("IpAddress predicates hold on both sides of their ranges", () => {
  const table: [text: string, loopback: boolean, unspecified: boolean, multicast: boolean][] = [
    ["126.255.255.255", false, false, false],
    ["127.0.0.0", true, false, false],
    ["127.255.255.255", true, false, false],
    ["128.0.0.0", false, false, false],
    ["0.0.0.0", false, true, false],
    ["0.0.0.1", false, false, false],
    ["223.255.255.255", false, false, false],
    ["224.0.0.0", false, false, true],
    ["239.255.255.255", false, false, true],
    ["240.0.0.0", false, false, false],
    ["255.255.255.255", false, false, false],
    ["::", false, true, false],
    ["::1", true, false, false],
    ["::2", false, false, false],
    ["100::1", false, false, false],
    ["::1:1", false, false, false],
    ["fe80::1", false, false, false],
    ["feff::", false, false, false],
    ["ff00::", false, false, true],
    ["ff02::1%3", false, false, true],
    ["::ffff:127.0.0.1", true, false, false],
    ["::ffff:0.0.0.0", false, true, false],
    ["::ffff:224.0.0.1", false, false, true],
    ["::ffff:1.2.3.4", false, false, false],
    ["::127.0.0.1", false, false, false],
  ];
  for (const [text, loopback, unspecified, multicast] of table) {
    const { isLoopback, isUnspecified, isMulticast } = ip(text);
    assertEquals(
      [isLoopback, isUnspecified, isMulticast],
      [loopback, unspecified, multicast],
      text,
    );
  }
});

Deno.test("IpAddress.unmapped() takes the IPv4 address out of an IPv4-mapped one alone", () => {
  for (const text of ["::ffff:1.2.3.4", "::ffff:1.2.3.4%5"]) {
    assert(ip(text).isV4Mapped);
    assertEquals(ip(text).unmapped(), ip("1.2.3.4"));
  }
  for (
    const text of [
      "1.2.3.4",
      "::1.2.3.4",
      "::fffe:1.2.3.4",
      "::feff:1.2.3.4",
      "100::ffff:1.2.3.4",
      "1::ffff:1.2.3.4",
    ]
  ) {
    assertFalse(ip(text).isV4Mapped);
    assertEquals(ip(text).unmapped(), ip(text));
  }
});

Deno.test("IpAddress.equals() compares family, bytes and zone index", () => {
  assert(ip("1.2.3.4").equals(ip("1.2.3.4")));
  assert(ip("::1").equals(ip("0:0::1")));
  assertFalse(ip("1.2.3.4").equals(ip("1.2.3.5")));
  assertFalse(ip("1.2.3.4").equals(ip("::ffff:1.2.3.4")));
  assertFalse(ip("102:304::").equals(ip("1.2.3.4")));
  assertFalse(ip("fe80::1%1").equals(ip("fe80::1%2")));
});

Deno.test("the well-known addresses are what their names say", () => {
  assertEquals(
    [IPV4_ANY, IPV4_LOOPBACK, IPV6_ANY, IPV6_LOOPBACK].map(String),
    ["0.0.0.0", "127.0.0.1", "::", "::1"],
  );
});

Deno.test("SocketAddress.toString() brackets IPv6", () => {
  assertEquals(new SocketAddress(IPV4_LOOPBACK, 80).toString(), "127.0.0.1:80");
  assertEquals(new SocketAddress(IPV6_LOOPBACK, 65535).toString(), "[::1]:65535");
  assertEquals(new SocketAddress(ip("fe80::1%2"), 0).toString(), "[fe80::1%2]:0");
});

Deno.test("SocketAddress refuses a port or flow information out of range", () => {
  for (const port of [-1, 65536, 1.5, NaN, 2 ** 32]) {
    assertThrows(() => new SocketAddress(IPV4_LOOPBACK, port), RangeError);
  }
  for (const flowInfo of [-1, 2 ** 32, 0.5, NaN]) {
    assertThrows(() => new SocketAddress(IPV6_LOOPBACK, 1, flowInfo), RangeError);
  }
  assertThrows(() => new SocketAddress(IPV4_LOOPBACK, 1, 1), RangeError);
  assertEquals(new SocketAddress(IPV6_LOOPBACK, 1, 0xfffff).flowInfo, 0xfffff);
});

Deno.test("SocketAddress.equals() compares address, port and flow information", () => {
  const address = new SocketAddress(IPV6_LOOPBACK, 80, 1);
  assert(address.equals(new SocketAddress(ip("::1"), 80, 1)));
  assertFalse(address.equals(new SocketAddress(IPV6_LOOPBACK, 81, 1)));
  assertFalse(address.equals(new SocketAddress(IPV6_LOOPBACK, 80, 2)));
  assertFalse(address.equals(new SocketAddress(IPV6_ANY, 80, 1)));
});

Deno.test("parseSocketAddress() leads back to what SocketAddress.toString() wrote", () => {
  for (const text of ["127.0.0.1:80", "[::1]:80", "0.0.0.0:0", "[::]:65535", "[fe80::1%2]:1"]) {
    assertEquals(parseSocketAddress(text)?.toString(), text);
  }
  assertEquals(parseSocketAddress("[::ffff:1.2.3.4]:5")?.ip, ip("::ffff:1.2.3.4"));
});

Deno.test("parseSocketAddress() gives null when the text is not a socket address", () => {
  const texts = [
    "",
    ":",
    ":80",
    "80",
    "127.0.0.1",
    "127.0.0.1:",
    "127.0.0.1:65536",
    "127.0.0.1:080",
  ];
  texts.push(
    "127.0.0.1:-1",
    "127.0.0.1:+1",
    "127.0.0.1: 1",
    "127.0.0.1:1 ",
    "127.0.0.1:1e3",
    "::1:80",
  );
  texts.push(
    "[127.0.0.1]:80",
    "[::1]",
    "[::1]:",
    "[::1:80",
    "::1]:80",
    "[[::1]]:80",
    "[::1]80",
    "[]:80",
  );
  texts.push(
    "localhost:80",
    "127.0.0.1:0x50",
    "127.0.0.1:99999999999999999999",
    "[::1]:80:80",
    "1:2",
  );
  for (const text of texts) assertEquals(parseSocketAddress(text), null, text);
});

Deno.test("Cidr.contains() holds on both ends of the block", () => {
  const table: [block: string, inside: string[], outside: string[]][] = [
    ["10.0.0.0/8", ["10.0.0.0", "10.255.255.255"], ["9.255.255.255", "11.0.0.0", "::a00:0"]],
    ["172.16.0.0/12", ["172.16.0.0", "172.31.255.255"], ["172.15.255.255", "172.32.0.0"]],
    ["192.0.2.1/32", ["192.0.2.1"], ["192.0.2.0", "192.0.2.2"]],
    ["0.0.0.0/0", ["0.0.0.0", "255.255.255.255"], ["::", "::1"]],
    ["192.0.2.128/25", ["192.0.2.128", "192.0.2.255"], ["192.0.2.127", "192.0.3.128"]],
    ["fe80::/10", ["fe80::", "febf:ffff::1%4"], ["fe7f::", "fec0::", "254.128.0.0"]],
    ["2001:db8::/33", ["2001:db8:7fff::"], ["2001:db8:8000::", "2001:db9::"]],
    ["::1/128", ["::1"], ["::", "::2", "0.0.0.1"]],
    ["::/0", ["::", "ffff::", "::ffff:1.2.3.4"], ["0.0.0.0"]],
  ];
  for (const [block, inside, outside] of table) {
    for (const text of inside) assert(cidr(block).contains(ip(text)), `${text} in ${block}`);
    for (const text of outside) assertFalse(cidr(block).contains(ip(text)), `${text} in ${block}`);
  }
});

Deno.test("Cidr.contains() takes an IPv4-mapped address for the IPv4 address in it", () => {
  assert(cidr("10.0.0.0/8").contains(ip("::ffff:10.1.2.3")));
  assertFalse(cidr("10.0.0.0/8").contains(ip("::ffff:11.1.2.3")));
  assert(cidr("::ffff:0:0/96").contains(ip("::ffff:11.1.2.3")));
  assertFalse(cidr("::ffff:0:0/96").contains(ip("11.1.2.3")));
});

Deno.test("Cidr.toString() is what parseCidr() read", () => {
  for (const text of ["10.0.0.0/8", "0.0.0.0/0", "1.2.3.4/32", "::/0", "fe80::/10", "::1/128"]) {
    assertEquals(cidr(text).toString(), text);
  }
});

Deno.test("parseCidr() gives null when the text is not a block", () => {
  const texts = ["", "/", "10.0.0.0", "10.0.0.0/", "/8", "10.0.0.0/33", "::/129", "10.0.0.0/08"];
  texts.push("10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/ 8", "10/8", "10.0.0.0/255.0.0.0", "[::]/0");
  texts.push("10.0.0.1/8", "10.128.0.0/8", "fe80::1/10", "::1/127", "fe80::%1/64", "0.0.0.1/0");
  for (const text of texts) assertEquals(parseCidr(text), null, text);
});

Deno.test("Cidr refuses a prefix out of range and a network that is not its first address", () => {
  for (const length of [-1, 33, 1.5, NaN]) {
    assertThrows(() => new Cidr(IPV4_ANY, length), RangeError);
  }
  assertThrows(() => new Cidr(IPV4_LOOPBACK, 8), RangeError);
  assertThrows(() => new Cidr(ip("fe80::%1"), 64), RangeError);
  assertEquals(new Cidr(IPV6_ANY, 128).prefixLength, 128);
});
