import { assert, assertEquals } from "@std/assert";
import { testOnEach } from "../../../kernel/guest.ts";
import { MEMORY_SIZE, WasiGuest } from "../wasi_guest.ts";

const INET4 = 1;
const INET6 = 2;
const DGRAM = 1;
const STREAM = 2;
const TCP = 1;
const UDP = 2;

const PASSIVE = 1;
const CANONNAME = 2;
const NUMERICHOST = 4;
const NUMERICSERV = 8;

interface Query {
  readonly node?: string;
  readonly service?: string;
  readonly flags?: number;
  readonly family?: number;
  readonly type?: number;
  readonly protocol?: number;
  /** Items of the list that the guest lays out. */
  readonly max?: number;
  /** Bytes of each address. */
  readonly dataLength?: number;
}

interface Answer {
  readonly family: number;
  readonly type: number;
  readonly protocol: number;
  readonly port: number;
  readonly address: string;
}

/** Lays out a list of addrinfos, linked; the address of the first. */
function layOut(wasi: WasiGuest, count: number, dataLength: number): number {
  let next = 0;
  for (let index = 0; index < count; index++) {
    const [info, sockaddr, data, name] = [
      wasi.room(28),
      wasi.room(12),
      wasi.room(dataLength),
      wasi.room(30),
    ];
    wasi.memory.store32(sockaddr + 4, dataLength);
    wasi.memory.store32(sockaddr + 8, data);
    wasi.memory.store32(info + 12, sockaddr);
    wasi.memory.store32(info + 16, name);
    wasi.memory.store32(info + 20, 30);
    wasi.memory.store32(info + 24, next);
    next = info;
  }
  return next;
}

/** The answers in a list. */
function answersAt(wasi: WasiGuest, first: number, count: number): Answer[] {
  const { memory } = wasi;
  const answers: Answer[] = [];
  let at = first;
  for (let index = 0; index < count; index++) {
    const sockaddr = memory.load32(at + 12);
    const family = memory.load32(sockaddr);
    assertEquals(memory.load8(at + 2), family);
    const data = memory.load32(sockaddr + 8);
    const size = family === INET4 ? 4 : 16;
    answers.push({
      family,
      type: memory.load8(at + 3),
      protocol: memory.load32(at + 4),
      port: memory.load8(data) * 256 + memory.load8(data + 1),
      address: [...memory.bytes(data + 2, size) ?? []].join("."),
    });
    at = memory.load32(at + 24);
  }
  return answers;
}

/** What sock_getaddrinfo answers, or its errno. */
function lookUp(wasi: WasiGuest, query: Query): Answer[] | string {
  const { node = "", service = "", flags = 0, family = 0, type = 0, protocol = 0 } = query;
  const hints = wasi.room(28);
  wasi.memory.store16(hints, flags);
  wasi.memory.store8(hints + 2, family);
  wasi.memory.store8(hints + 3, type);
  wasi.memory.store32(hints + 4, protocol);
  const { max = 8, dataLength = 26 } = query;
  const first = layOut(wasi, max, dataLength);
  const [list, count] = [wasi.room(4), wasi.room(4)];
  wasi.memory.store32(list, first);
  const names = [...wasi.put(`${node}\0`), ...wasi.put(`${service}\0`)] as const;
  const errno = wasi.call("sock_getaddrinfo", ...names, hints, list, max, count);
  return errno === "ESUCCESS" ? answersAt(wasi, first, wasi.memory.load32(count)) : errno;
}

const V4_STREAM: Answer = {
  family: INET4,
  type: STREAM,
  protocol: TCP,
  port: 80,
  address: "127.0.0.1",
};

testOnEach("sock_getaddrinfo() gives an address in text for each type", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const v4 = { node: "127.0.0.1", service: "80" };
  const datagrams = { ...V4_STREAM, type: DGRAM, protocol: UDP };
  assertEquals(lookUp(wasi, v4), [V4_STREAM, datagrams]);
  assertEquals(lookUp(wasi, { ...v4, type: STREAM }), [V4_STREAM]);
  assertEquals(lookUp(wasi, { ...v4, protocol: UDP }), [datagrams]);
  assertEquals(lookUp(wasi, { ...v4, service: "http", type: STREAM }), [V4_STREAM]);
  const v6 = { node: "::1", service: "80", type: STREAM, family: INET6 };
  const address = `${"0.".repeat(15)}1`;
  assertEquals(lookUp(wasi, v6), [{ ...V4_STREAM, family: INET6, address }]);
});

testOnEach("sock_getaddrinfo() resolves names", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const query = { node: "localhost", service: "80", type: STREAM, family: INET4 };
  assertEquals(lookUp(wasi, query), [V4_STREAM]);
});

testOnEach("sock_getaddrinfo() gives addresses to bind and loopback without a name", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const query = { service: "80", type: STREAM, family: INET4 };
  assertEquals(lookUp(wasi, query), [V4_STREAM]);
  assertEquals(lookUp(wasi, { ...query, flags: PASSIVE }), [{ ...V4_STREAM, address: "0.0.0.0" }]);
  const both = lookUp(wasi, { service: "80", type: STREAM });
  assertEquals(typeof both === "string" ? both : both.map(({ family }) => family), [INET4, INET6]);
});

testOnEach("sock_getaddrinfo() fills no more than there is", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const query = { node: "127.0.0.1", service: "80" };
  assertEquals(lookUp(wasi, { ...query, max: 1 }), [V4_STREAM]);
  assertEquals(lookUp(wasi, { ...query, max: 0 }), []);
  // An address that does not fit is left out.
  assertEquals(lookUp(wasi, { node: "::1", service: "1", dataLength: 14 }), []);
  assertEquals(lookUp(wasi, { ...query, dataLength: 14, type: STREAM }), [V4_STREAM]);
});

testOnEach("sock_getaddrinfo() tells the canonical name, cut to its room", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const first = layOut(wasi, 1, 26);
  const [hints, list, count] = [wasi.room(28), wasi.room(4), wasi.room(4)];
  wasi.memory.store16(hints, CANONNAME);
  wasi.memory.store32(list, first);
  wasi.memory.store32(first + 20, 6);
  const names = [...wasi.put("127.0.0.1"), ...wasi.put("80")] as const;
  wasi.ok("sock_getaddrinfo", ...names, hints, list, 1, count);
  assertEquals(wasi.text(wasi.memory.load32(first + 16), 7), "127.0\0\0");
});

testOnEach("sock_getaddrinfo() has errors of its own", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const node = "127.0.0.1";
  const cases: [Query, string][] = [
    [{}, "84"],
    [{ node: "no.such.name.invalid", service: "80", flags: NUMERICHOST }, "84"],
    [{ node, service: "no-such-service" }, "85"],
    [{ node, service: "http", flags: NUMERICSERV }, "85"],
    [{ node, service: "65536" }, "85"],
    [{ node, family: 9 }, "81"],
    [{ node, type: 7 }, "86"],
    [{ node, type: STREAM, protocol: UDP }, "86"],
    [{ node, flags: 0x8000 }, "79"],
    [{ node: "x".repeat(300) }, "ENAMETOOLONG"],
  ];
  for (const [query, errno] of cases) assertEquals(lookUp(wasi, query), errno);
});

testOnEach("sock_getaddrinfo() is EFAULT for bad pointers, and follows no bad list", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const hints = wasi.room(28);
  const [list, count] = [wasi.room(4), wasi.room(4)];
  const name = wasi.put("127.0.0.1");
  const bad = MEMORY_SIZE - 2;
  const call = (...args: [number, number, number, number, number, number, number, number]) =>
    wasi.call("sock_getaddrinfo", ...args);
  assertEquals(call(bad, 9, ...name, hints, list, 1, count), "EFAULT");
  assertEquals(call(...name, bad, 9, hints, list, 1, count), "EFAULT");
  assertEquals(call(...name, ...name, bad, list, 1, count), "EFAULT");
  const service = wasi.put("80");
  assertEquals(call(...name, ...service, hints, bad, 1, count), "EFAULT");
  assertEquals(call(...name, ...service, hints, list, 1, bad), "EFAULT");
  // Lists that lead nowhere: no pointer, outside, to itself.
  const own = layOut(wasi, 1, 26);
  wasi.memory.store32(own + 24, own);
  for (const [first, filled] of [[0, 0], [bad, 0], [2 ** 31, 0], [own, 2]] as const) {
    wasi.memory.store32(list, first);
    assertEquals(call(...name, ...service, hints, list, 2 ** 32 - 1, count), "ESUCCESS");
    assertEquals(wasi.memory.load32(count), filled);
  }
  wasi.memory.store32(own + 12, bad);
  assertEquals(call(...name, ...service, hints, list, 1, count), "ESUCCESS");
  assert(wasi.memory.load32(count) === 0);
});
