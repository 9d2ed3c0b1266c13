/** sendmsg(2) and recvmsg(2) over a guest's memory: what native Linux says. */
import { assertEquals } from "@std/assert";
import type { LinuxAbiOptions } from "../../../lib/guest/linux/linux_abi.ts";
import { type AbiGuest, type Argument, checkRows, testAbiOnEach } from "./abi_guest.ts";

const WIDTHS = [4, 8] as const;

/** `struct msghdr`: name, name length, buffers, their count, control, its length, flags. */
type Fields = readonly [Argument, Argument, Argument, Argument, Argument, Argument, Argument];

/** Puts pointers and sizes of the guest's width. */
function words(g: AbiGuest, ...values: readonly Argument[]): number {
  const { pointerSize } = g.memory;
  if (pointerSize === 8) return g.longs(...values);
  return g.ints(...values.map((value) => Number(BigInt.asIntN(32, BigInt(value)))));
}

function testMessages(name: string, body: (g: AbiGuest) => void): void {
  for (const pointerSize of WIDTHS) {
    const options: LinuxAbiOptions = { pointerSize };
    testAbiOnEach(`${name}, pointers of ${pointerSize} bytes`, body, options);
  }
}

const DONTWAIT = 0x40;

testMessages("sendmsg() checks name, count, buffers in this order", (g) => {
  const { bad } = g;
  const [a, b] = g.host.udpPair();
  const file = g.file("");
  const peer = g.put(new Uint8Array([...g.host.addressOf(b), ...new Uint8Array(112)]));
  const text = g.put("01234");
  const one = words(g, text, 5);
  const part = words(g, text, 5, g.edge(2), 5);
  const send = (fields: Fields, fd = a) => g.call("sendmsg", fd, words(g, ...fields), DONTWAIT);
  const negative = words(g, text, -1);
  checkRows([
    ["bad header", "-EFAULT", () => g.call("sendmsg", a, bad, 0)],
    ["header at the edge", "-EFAULT", () => g.call("sendmsg", a, g.edge(20), 0)],
    ["bad header, file", "-ENOTSOCK", () => g.call("sendmsg", file, bad, 0)],
    ["bad header, closed", "-EBADF", () => g.call("sendmsg", 999, bad, 0)],
    ["part of a buffer", "-EFAULT", () => send([0, 0, part, 2, 0, 0, 0])],
    ["nothing came", "-EAGAIN", () => g.rest(b)],
    ["bad list", "-EFAULT", () => send([0, 0, bad, 1, 0, 0, 0])],
    ["1025", "-EMSGSIZE", () => send([0, 0, one, 1025, 0, 0, 0])],
    ["−1", "-EMSGSIZE", () => send([0, 0, one, -1, 0, 0, 0])],
    ["bad name", "-EFAULT", () => send([bad, 16, one, 1, 0, 0, 0])],
    ["bad name, 1025", "-EFAULT", () => send([bad, 16, one, 1025, 0, 0, 0])],
    ["bad name, bad list", "-EFAULT", () => send([bad, 16, bad, 1, 0, 0, 0])],
    ["name of −1", "-EINVAL", () => send([peer, -1, one, 1, 0, 0, 0])],
    ["bad name of 0", 5, () => send([bad, 0, one, 1, 0, 0, 0])],
    ["no name, of −1", 5, () => send([0, -1, one, 1, 0, 0, 0])],
    ["name of 200", 5, () => send([peer, 200, one, 1, 0, 0, 0])],
    ["bad control", "-EFAULT", () => send([0, 0, one, 1, bad, 24, 0])],
    ["control data, which is not there", "-EOPNOTSUPP", () => send([0, 0, one, 1, text, 24, 0])],
    ["control of 0", 5, () => send([0, 0, one, 1, bad, 0, 0])],
    ["negative length", "-EINVAL", () => send([0, 0, negative, 1, 0, 0, 0])],
    [
      "a datagram too long",
      "-EMSGSIZE",
      () => send([0, 0, words(g, g.buffer, 70_000), 1, 0, 0, 0]),
    ],
    ["no buffer", 0, () => send([0, 0, bad, 0, 0, 0, 0])],
    ["file", "-ENOTSOCK", () => send([0, 0, one, 1, 0, 0, 0], file)],
    ["closed", "-EBADF", () => send([0, 0, one, 1, 0, 0, 0], 999)],
  ]);
  const received = [1, 2, 3, 4, 5].map(() => {
    g.host.await(b);
    return g.rest(b);
  });
  assertEquals(received, [...new Array(4).fill('5 "01234"'), '0 ""']);
});

testMessages("recvmsg() tells the sender, the flags and no control data", (g) => {
  const { bad } = g;
  const [a, b] = g.host.udpPair();
  const file = g.file("");
  const width = g.memory.pointerSize;
  const one = words(g, g.buffer, 5);
  const two = words(g, g.buffer, 2, g.buffer + 100, 8);
  const part = words(g, g.buffer, 5, g.edge(2), 5);
  const receive = (fields: Fields, fd = b): number => {
    header = words(g, ...fields);
    return g.call("recvmsg", fd, header, DONTWAIT);
  };
  let header = 0;
  const send = () => {
    g.host.send(a, "0123456789");
    g.host.await(b);
    return "";
  };
  const field = (index: number) => g.int(header + index * width);
  const address = g.put(new Uint8Array(32));
  checkRows([
    ["", "", send],
    ["two buffers", 10, () => receive([address, 32, two, 2, 0, 0, 0])],
    ["bytes", "01 23456789", () => `${g.text(g.buffer, 2)} ${g.text(g.buffer + 100, 8)}`],
    ["name's length", 16, () => field(1)],
    ["", "", send],
    ["part of a buffer", "-EFAULT", () => receive([0, 0, part, 2, 0, 0, 0])],
    ["it is lost", "-EAGAIN", () => g.rest(b)],
    ["", "", send],
    ["name at the edge", "-EFAULT", () => receive([g.edge(8), 16, one, 1, 0, 0, 0])],
    ["it is lost", "-EAGAIN", () => g.rest(b)],
    ["name of −1", "-EINVAL", () => receive([address, -1, one, 1, 0, 0, 0])],
    ["bad header", "-EFAULT", () => g.call("recvmsg", b, bad, DONTWAIT)],
    ["bad header, file", "-ENOTSOCK", () => g.call("recvmsg", file, bad, DONTWAIT)],
    ["bad header, closed", "-EBADF", () => g.call("recvmsg", 999, bad, DONTWAIT)],
    ["bad list", "-EFAULT", () => receive([address, 16, bad, 1, 0, 0, 0])],
    ["1025", "-EMSGSIZE", () => receive([address, 16, one, 1025, 0, 0, 0])],
    ["nothing there", "-EAGAIN", () => receive([address, 16, one, 1, 0, 0, 0])],
    ["file", "-ENOTSOCK", () => receive([address, 16, one, 1, 0, 0, 0], file)],
    ["", "", send],
    ["no name, control data", 5, () => receive([0, 77, one, 1, bad, 64, 0x7fff0000])],
    ["name's length", 77, () => field(1)],
    ["control's length", 0, () => field(5)],
    ["MSG_TRUNC", 0x20, () => field(6)],
    ["", "", send],
    ["room for 4", 5, () => receive([g.edge(4), 4, one, 1, 0, 0, 0])],
    ["name's length", 16, () => field(1)],
  ]);
});
