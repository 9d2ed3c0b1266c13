import { assert, assertEquals, assertThrows } from "@std/assert";
import { IpAddress, IPV4_LOOPBACK, IPV6_LOOPBACK, SocketAddress } from "../../lib/ip.ts";
import * as sockaddr from "../../lib/linux/sockaddr.ts";
import {
  decodeSockaddr,
  encodeSockaddr,
  sockaddrFamily,
  SockaddrStorage,
  UnixAddress,
} from "../../lib/linux/sockaddr.ts";
import { NO_IPV6 } from "../ipv6.ts";
import { unlessSkipped } from "../skipped.ts";
import { numbersOf } from "./numbers.ts";
import { Random } from "./random.ts";

const V4_BYTES = new Uint8Array([2, 0, 0x1f, 0x90, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
const V4 = new SocketAddress(new IpAddress(new Uint8Array([192, 0, 2, 1])), 8080);

// As a C program fills it in: port 443, flow label 0x12345, fe80::1, scope id 7.
// deno-fmt-ignore
const V6_BYTES = new Uint8Array([
  10, 0, 1, 187, 0, 1, 35, 69,
  254, 128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
  7, 0, 0, 0,
]);
const V6 = new SocketAddress(new IpAddress(V6_BYTES.subarray(8, 24), 7), 443, 0x12345);

const LOOPBACK = new SocketAddress(IPV4_LOOPBACK, 0);
const LOOPBACK6 = new SocketAddress(IPV6_LOOPBACK, 0);

function text(bytes: Uint8Array): string {
  return decodeSockaddr(bytes)?.toString() ?? "none";
}

function unix(...path: number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array([1, 0, ...path]);
}

Deno.test("sockaddr.ts has the sizes of in.h, in6.h, un.h and socket.h", () => {
  assertEquals(numbersOf(sockaddr), {
    SOCKADDR_IN_SIZE: 16,
    SOCKADDR_IN6_SIZE: 28,
    SOCKADDR_UN_SIZE: 110,
    SOCKADDR_STORAGE_SIZE: 128,
    UNIX_PATH_MAX: 108,
  });
});

Deno.test("encodeSockaddr() makes a sockaddr_in, the port in network order", () => {
  assertEquals(encodeSockaddr(V4), V4_BYTES);
});

Deno.test("encodeSockaddr() makes a sockaddr_in6, scope id in host order", () => {
  assertEquals(encodeSockaddr(V6), V6_BYTES);
});

Deno.test("encodeSockaddr() makes a sockaddr_un no longer than it must be", () => {
  assertEquals(encodeSockaddr(new UnixAddress("unnamed")), unix());
  assertEquals(encodeSockaddr(new UnixAddress("pathname", "/a")), unix(47, 97, 0));
  assertEquals(encodeSockaddr(new UnixAddress("abstract", "a")), unix(0, 97));
  const longest = encodeSockaddr(new UnixAddress("pathname", "a".repeat(107)));
  assertEquals([longest.length, longest.at(-1)], [110, 0]);
});

Deno.test("encodeSockaddr() leaves the NUL out after a path of 108 bytes", () => {
  const bytes = encodeSockaddr(new UnixAddress("pathname", "a".repeat(108)));
  assertEquals([bytes.length, bytes.at(-1)], [110, 97]);
});

Deno.test("decodeSockaddr() reads a sockaddr_in", () => {
  assertEquals(decodeSockaddr(V4_BYTES), V4);
  assertEquals(text(V4_BYTES), "192.0.2.1:8080");
});

Deno.test("decodeSockaddr() reads a sockaddr_in6", () => {
  assertEquals(decodeSockaddr(V6_BYTES), V6);
  assertEquals(text(V6_BYTES), "[fe80::1%7]:443");
});

Deno.test("decodeSockaddr() reads bytes that are part of a larger array", () => {
  const larger = new Uint8Array([...new Uint8Array(5), ...V6_BYTES, 0xa5]);
  assertEquals(decodeSockaddr(larger.subarray(5)), V6);
});

Deno.test("decodeSockaddr() reads bytes in shared memory", () => {
  const shared = new Uint8Array(new SharedArrayBuffer(28));
  shared.set(V6_BYTES);
  assertEquals(decodeSockaddr(shared), V6);
});

Deno.test("decodeSockaddr() takes no more bytes than the length says, or than there are", () => {
  const bytes = new Uint8Array(128);
  bytes.set(V4_BYTES);
  assertEquals(decodeSockaddr(bytes, 16), V4);
  assertEquals(decodeSockaddr(bytes, 128), V4);
  assertEquals(decodeSockaddr(bytes, 4096), V4);
  for (const length of [15, 2, 1, 0, -1, NaN]) assertEquals(decodeSockaddr(bytes, length), null);
  assertEquals(decodeSockaddr(V4_BYTES.subarray(0, 15), 16), null);
});

Deno.test("decodeSockaddr() takes a sockaddr_in6 of RFC 2133, without scope id", () => {
  const expected = "[fe80::1]:443";
  assertEquals(decodeSockaddr(V6_BYTES, 24)?.toString(), expected);
  assertEquals(decodeSockaddr(V6_BYTES, 27)?.toString(), expected);
  assertEquals(decodeSockaddr(V6_BYTES, 23), null);
});

Deno.test("decodeSockaddr() tells the three kinds of AF_UNIX apart", () => {
  assertEquals(decodeSockaddr(unix()), new UnixAddress("unnamed"));
  assertEquals(decodeSockaddr(unix(47, 97)), new UnixAddress("pathname", "/a"));
  assertEquals(decodeSockaddr(unix(0)), new UnixAddress("abstract", ""));
  assertEquals(decodeSockaddr(unix(0, 97, 0)), new UnixAddress("abstract", "a\0"));
});

Deno.test("decodeSockaddr() ends a path at its first NUL", () => {
  assertEquals(decodeSockaddr(unix(47, 97, 0, 98)), new UnixAddress("pathname", "/a"));
  assertEquals(decodeSockaddr(unix(47, 97, 0), 4), new UnixAddress("pathname", "/a"));
});

Deno.test("decodeSockaddr() takes a path of 108 bytes, with the NUL that Linux adds or without", () => {
  const path = Array<number>(108).fill(97);
  const expected = new UnixAddress("pathname", "a".repeat(108));
  assertEquals(decodeSockaddr(unix(...path)), expected);
  assertEquals(decodeSockaddr(unix(...path, 0)), expected);
  assertEquals(decodeSockaddr(unix(...path, 97)), null);
  assertEquals(decodeSockaddr(unix(...path, 0, 0)), null);
  assertEquals(decodeSockaddr(unix(0, ...path)), null);
});

Deno.test("decodeSockaddr() gives null for other families", () => {
  for (const family of [0, 3, 16, 17, 40, 255]) {
    assertEquals(decodeSockaddr(new Uint8Array(128).fill(family, 0, 1)), null);
  }
  assertEquals(decodeSockaddr(new Uint8Array(128).fill(1, 0, 2)), null);
});

Deno.test("decodeSockaddr() takes any bytes and leads back to what it understood", () => {
  const random = new Random(8);
  let understood = 0;
  for (let i = 0; i < 5000; i++) {
    const bytes = random.bytes(random.integer(140));
    if (bytes.length > 1) bytes.set([random.pick([0, 1, 2, 10, 17]), random.integer(8) >> 2]);
    const address = decodeSockaddr(bytes, random.integer(160));
    if (address === null) continue;
    understood++;
    const again = decodeSockaddr(encodeSockaddr(address));
    assertEquals(again, address);
    assert(typeof address.toString() === "string");
  }
  assert(understood > 1000);
});

Deno.test("decodeSockaddr() leads back to what encodeSockaddr() wrote", () => {
  const random = new Random(9);
  for (let i = 0; i < 1000; i++) {
    const v6 = random.integer(2) === 0;
    const ip = new IpAddress(random.bytes(v6 ? 16 : 4), v6 ? random.integer(2 ** 32) : 0);
    const address = new SocketAddress(ip, random.integer(65536), v6 ? random.integer(2 ** 32) : 0);
    assertEquals(decodeSockaddr(encodeSockaddr(address)), address);
    const kind = random.pick(["pathname", "abstract"] as const);
    const name = random.bytes(1 + random.integer(107)).map((byte) => byte || 1);
    const local = new UnixAddress(kind, name);
    assertEquals(decodeSockaddr(encodeSockaddr(local)), local);
  }
});

Deno.test("sockaddrFamily() reads two bytes, and AF_UNSPEC where there are fewer", () => {
  assertEquals(sockaddrFamily(V6_BYTES), 10);
  assertEquals(sockaddrFamily(new Uint8Array([0x34, 0x12])), 0x1234);
  assertEquals(sockaddrFamily(new Uint8Array([2])), 0);
  assertEquals(sockaddrFamily(new Uint8Array(0)), 0);
  assertEquals(sockaddrFamily(V6_BYTES, 1), 0);
  assertEquals(sockaddrFamily(V6_BYTES, NaN), 0);
  assertEquals(sockaddrFamily(new Uint8Array([2]), 2), 0);
});

Deno.test("UnixAddress refuses what does not fit into sun_path", () => {
  assertThrows(() => new UnixAddress("pathname", "a".repeat(109)), RangeError);
  assertThrows(() => new UnixAddress("pathname", "é".repeat(55)), RangeError);
  assertThrows(() => new UnixAddress("abstract", "a".repeat(108)), RangeError);
  assertThrows(() => new UnixAddress("unnamed", "a"), RangeError);
  assertEquals(new UnixAddress("abstract", "a".repeat(107)).name.length, 107);
});

Deno.test("UnixAddress refuses an empty path and one with a NUL", () => {
  assertThrows(() => new UnixAddress("pathname"), RangeError);
  assertThrows(() => new UnixAddress("pathname", "a\0b"), RangeError);
});

Deno.test("UnixAddress keeps a copy of the bytes it is given", () => {
  const bytes = new Uint8Array([47, 97]);
  const address = new UnixAddress("pathname", bytes);
  bytes[1] = 98;
  assertEquals(address.text, "/a");
});

Deno.test("UnixAddress.text is null when the name is not UTF-8", () => {
  assertEquals(new UnixAddress("pathname", "/é").text, "/é");
  assertEquals(new UnixAddress("abstract", "\ufeffa").text, "\ufeffa");
  assertEquals(new UnixAddress("pathname", new Uint8Array([47, 0xff])).text, null);
});

Deno.test("UnixAddress.toString() marks an abstract name with @", () => {
  assertEquals(new UnixAddress("pathname", "/a").toString(), "/a");
  assertEquals(new UnixAddress("abstract", "a").toString(), "@a");
  assertEquals(new UnixAddress("unnamed").toString(), "");
  assertEquals(new UnixAddress("pathname", "\ufeffa").toString(), "\ufeffa");
  assertEquals(new UnixAddress("pathname", new Uint8Array([47, 0xff])).toString(), "/\ufffd");
});

Deno.test("UnixAddress.equals() compares kind and bytes", () => {
  const path = new UnixAddress("pathname", "a");
  assert(path.equals(new UnixAddress("pathname", "a")));
  assert(!path.equals(new UnixAddress("abstract", "a")));
  assert(!path.equals(new UnixAddress("pathname", "b")));
  assert(!path.equals(new UnixAddress("pathname", "ab")));
});

Deno.test("SockaddrStorage starts without an address", () => {
  const storage = new SockaddrStorage();
  assertEquals([storage.bytes.length, storage.lengthCell.length], [128, 1]);
  assertEquals([storage.length, storage.family, storage.address], [0, 0, null]);
});

Deno.test("SockaddrStorage.address is what was written into bytes and lengthCell", () => {
  const storage = new SockaddrStorage();
  storage.bytes.set(V6_BYTES);
  storage.lengthCell[0] = 28;
  assertEquals([storage.length, storage.family], [28, 10]);
  assertEquals(storage.address, V6);
  storage.length = 16;
  assertEquals([storage.lengthCell[0], storage.address], [16, null]);
});

Deno.test("SockaddrStorage.set() leaves nothing of the address before", () => {
  const storage = new SockaddrStorage();
  storage.bytes.fill(0xa5);
  storage.set(V4_BYTES);
  assertEquals(storage.bytes, new Uint8Array([...V4_BYTES, ...new Uint8Array(112)]));
  assertEquals([storage.length, storage.address], [16, V4]);
  storage.set(new Uint8Array(0));
  assertEquals([storage.bytes, storage.length], [new Uint8Array(128), 0]);
});

Deno.test("SockaddrStorage.set() keeps 128 bytes of more", () => {
  const storage = new SockaddrStorage();
  storage.set(new Uint8Array(200).fill(7));
  assertEquals([storage.length, storage.bytes.every((byte) => byte === 7)], [128, true]);
});

Deno.test("SockaddrStorage.clear() forgets the address", () => {
  const storage = new SockaddrStorage();
  storage.set(V6_BYTES);
  storage.clear();
  assertEquals([storage.bytes, storage.length], [new Uint8Array(128), 0]);
});

Deno.test("SockaddrStorage.toBytes() copies the address alone", () => {
  const storage = new SockaddrStorage();
  storage.set(V4_BYTES);
  const copy = storage.toBytes();
  storage.clear();
  assertEquals(copy, V4_BYTES);
  storage.length = 4096;
  assertEquals(storage.toBytes().length, 128);
});

const NATIVE = [[2, LOOPBACK], [10, LOOPBACK6], [1, null]] as const;
const NO_GLIBC = Deno.build.target.endsWith("linux-gnu") ? null : "no glibc here";

for (const [family, ip] of NATIVE) {
  const name = `decodeSockaddr() reads what getsockname(2) wrote for family ${family}`;
  const reason = family === 10 ? NO_IPV6 : null;
  Deno.test({
    ...unlessSkipped(name, NO_GLIBC, reason),
    fn() {
      const libc = Deno.dlopen("libc.so.6", {
        // int socket(int domain, int type, int protocol);
        socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
        // int bind(int sockfd, const struct sockaddr *addr, socklen_t addrlen);
        bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
        // int getsockname(int sockfd, struct sockaddr *addr, socklen_t *addrlen);
        getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
        // int close(int fd);
        close: { parameters: ["i32"], result: "i32" },
      });
      const { symbols } = libc;
      const address = ip ?? new UnixAddress("abstract", `vmsock test ${crypto.randomUUID()}`);
      try {
        const fd = symbols.socket(family, 1, 0);
        assert(fd >= 0);
        const bytes = encodeSockaddr(address);
        const bound = symbols.bind(fd, bytes, bytes.length);
        const storage = new SockaddrStorage();
        storage.length = 128;
        const named = symbols.getsockname(fd, storage.bytes, storage.lengthCell);
        symbols.close(fd);
        assertEquals([bound, named, storage.length, storage.family], [0, 0, bytes.length, family]);
        if (address instanceof UnixAddress) {
          assertEquals(storage.address, address);
          return;
        }
        assert(storage.address instanceof SocketAddress);
        assertEquals(storage.address.ip, address.ip);
        assert(storage.address.port > 0);
      } finally {
        libc.close();
      }
    },
  });
}
