import { assertEquals, assertNotEquals, assertStrictEquals } from "@std/assert";
import type { HostBytes, Libc } from "../../../lib/stack/libc/libc.ts";
import { Message } from "../../../lib/stack/libc/message.ts";
import { UIO_MAXIOV } from "../../../lib/linux/uio.ts";

/** Gives every view an address of its own, beyond 53 bits. */
function fakeLibc(): { libc: Libc; addressOf: (view: HostBytes) => bigint } {
  const addresses = new Map<HostBytes, bigint>();
  const addressOf = (view: HostBytes): bigint => {
    const known = addresses.get(view);
    if (known !== undefined) return known;
    const address = 0xfff0_1234_5678_9000n + BigInt(addresses.size) * 0x10000n;
    addresses.set(view, address);
    return address;
  };
  return { libc: { addressOf } as unknown as Libc, addressOf };
}

function bytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length);
}

Deno.test("Message setBuffers() writes struct iovec: address and length, each 64 bits", () => {
  const { libc, addressOf } = fakeLibc();
  const message = new Message(libc);
  const [first, second] = [bytes(10), bytes(20)];
  message.setBuffers([
    { base: first, length: 10 },
    { base: null, length: 2 ** 31 - 1 },
    { base: second, length: 0 },
  ]);
  assertEquals(message.count, 3);
  assertEquals([...message.iov.subarray(0, 6)], [
    addressOf(first),
    10n,
    0n,
    2147483647n,
    addressOf(second),
    0n,
  ]);
});

Deno.test("Message setBuffers() has room for as many as Linux takes", () => {
  const { libc, addressOf } = fakeLibc();
  const message = new Message(libc);
  for (const count of [1, 16, 17, UIO_MAXIOV, 2]) {
    const buffers = Array.from({ length: count }, (_, i) => ({ base: bytes(i), length: i }));
    message.setBuffers(buffers);
    const wanted = buffers.flatMap(({ base, length }) => [addressOf(base), BigInt(length)]);
    assertEquals([...message.iov.subarray(0, 2 * count)], wanted);
  }
});

Deno.test("Message setHeader() writes struct msghdr of the 64-bit ABI", () => {
  const { libc, addressOf } = fakeLibc();
  const message = new Message(libc);
  const name = bytes(128);
  message.setBuffers([{ base: bytes(1), length: 1 }, { base: bytes(2), length: 2 }]);
  // What an earlier call left behind.
  message.header.fill(0xff);
  message.setHeader(2, name, 28);
  const fields = new DataView(message.header.buffer);
  assertEquals(message.header.length, 56);
  assertEquals({
    name: fields.getBigUint64(0, true),
    nameLength: fields.getUint32(8, true),
    iov: fields.getBigUint64(16, true),
    iovLength: fields.getBigUint64(24, true),
    control: fields.getBigUint64(32, true),
    controlLength: fields.getBigUint64(40, true),
    flags: fields.getInt32(48, true),
  }, {
    name: addressOf(name),
    nameLength: 28,
    iov: addressOf(message.iov),
    iovLength: 2n,
    control: 0n,
    controlLength: 0n,
    flags: 0,
  });
});

Deno.test("Message setHeader() without a name has no length for one", () => {
  const { libc } = fakeLibc();
  const message = new Message(libc);
  message.setHeader(0, null, 128);
  const fields = new DataView(message.header.buffer);
  assertEquals([fields.getBigUint64(0, true), fields.getUint32(8, true)], [0n, 0]);
});

Deno.test("Message setHeader() points at the list that setBuffers() made anew", () => {
  const { libc, addressOf } = fakeLibc();
  const message = new Message(libc);
  const before = message.iov;
  message.setBuffers(Array.from({ length: 100 }, () => ({ base: bytes(1), length: 1 })));
  assertNotEquals(addressOf(message.iov), addressOf(before));
  message.setHeader(100, null, 0);
  assertEquals(new DataView(message.header.buffer).getBigUint64(16, true), addressOf(message.iov));
});

Deno.test("Message reads back what the call left: the name's length and signed flags", () => {
  const { libc } = fakeLibc();
  const message = new Message(libc);
  message.setHeader(0, bytes(128), 128);
  const fields = new DataView(message.header.buffer);
  fields.setUint32(8, 16, true);
  fields.setUint32(48, 0x80000020, true);
  assertEquals([message.nameLength, message.flags], [16, 0x80000020 | 0]);
});

Deno.test("Message clear() lets go of the buffers and keeps the memory", () => {
  const { libc } = fakeLibc();
  const message = new Message(libc);
  message.setBuffers(Array.from({ length: 40 }, () => ({ base: bytes(1), length: 1 })));
  const { iov } = message;
  message.clear();
  assertEquals(message.count, 0);
  message.setBuffers([{ base: bytes(1), length: 1 }]);
  assertStrictEquals(message.iov, iov);
});
