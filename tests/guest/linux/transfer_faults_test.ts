/**
 * Buffers that leave the guest's memory on the way: what native Linux says to the same calls with a
 * page that is followed by nothing.
 */
import { checkRows, testAbiOnEach } from "./abi_guest.ts";

testAbiOnEach("read() fills what it can of a file's buffer, and nothing of others'", (g) => {
  const { buffer, bad } = g;
  const file = g.file("0123456789");
  const offset = () => g.call("lseek", file, 0, 1);
  checkRows([
    ["file", 4, () => g.call("read", file, g.edge(4), 10)],
    ["file's offset", 4, offset],
    ["file, bytes", "0123", () => g.text(g.edge(4), 4)],
    ["file, bad", "-EFAULT", () => g.call("read", file, bad, 10)],
    ["file, null", "-EFAULT", () => g.call("read", file, 0, 10)],
    ["file, bad, nothing", 0, () => g.call("read", file, bad, 0)],
    ["file's offset", 4, offset],
    ["file, length −1", "-EFAULT", () => g.call("read", file, buffer, -1)],
    ["file, length −1 unsigned", "-EFAULT", () => g.call("read", file, buffer, 2n ** 64n - 1n)],
    ["file, length beyond any", "-EFAULT", () => g.call("read", file, buffer, 2n ** 48n)],
    ["file, beyond any address", "-EFAULT", () => g.call("read", file, -4096, 10)],
    ["pread", 4, () => g.call("pread64", file, g.edge(4), 10, 2)],
    ["pread, bytes", "2345", () => g.text(g.edge(4), 4)],
    ["pread, bad", "-EFAULT", () => g.call("pread64", file, bad, 10, 2)],
    ["pread, length −1", "-EFAULT", () => g.call("pread64", file, buffer, -1, 2)],
    ["pread, offset −1, closed", "-EINVAL", () => g.call("pread64", 999, bad, 10, -1)],
    ["pread, closed", "-EBADF", () => g.call("pread64", 999, bad, 10, 0)],
    ["closed", "-EBADF", () => g.call("read", 999, bad, 10)],
  ]);
});

testAbiOnEach("read() takes nothing from a pipe that it cannot hand over", (g) => {
  const pair = g.ints(-1, -1);
  g.ok(g.call("pipe2", pair, 0));
  const [reader, writer] = [g.int(pair), g.int(pair + 4)];
  g.host.kernel.write(writer, new TextEncoder().encode("0123456789"), 10);
  checkRows([
    ["part", "-EFAULT", () => g.call("read", reader, g.edge(4), 10)],
    ["rest", '10 "0123456789"', () => g.rest(reader)],
    ["write part", "-EFAULT", () => g.call("write", writer, g.edge(4), 10)],
    ["nothing came", "-EAGAIN", () => g.rest(reader)],
    ["write bad", "-EFAULT", () => g.call("write", writer, g.bad, 10)],
    ["write length −1", "-EFAULT", () => g.call("write", writer, g.buffer, -1)],
    ["pread", "-ESPIPE", () => g.call("pread64", reader, g.edge(4), 10, 0)],
    ["pwrite", "-ESPIPE", () => g.call("pwrite64", writer, g.edge(4), 10, 0)],
  ]);
});

testAbiOnEach("write() takes what there is for a file, and nothing for others", (g) => {
  const file = g.file();
  const other = g.open("f", 0);
  const writeOnly = g.open("f", 1);
  checkRows([
    ["file", 4, () => g.call("write", file, g.edge(4), 10)],
    ["file's size", 4, () => g.call("lseek", file, 0, 2)],
    ["file, bad", "-EFAULT", () => g.call("write", file, g.bad, 10)],
    ["file, length −1", "-EFAULT", () => g.call("write", file, g.buffer, -1)],
    ["pwrite", 4, () => g.call("pwrite64", file, g.edge(4), 10, 20)],
    ["pwrite, bad", "-EFAULT", () => g.call("pwrite64", file, g.bad, 10, 20)],
    ["pwrite, offset −1", "-EINVAL", () => g.call("pwrite64", file, g.bad, 10, -1)],
    ["file's size", 24, () => g.call("lseek", file, 0, 2)],
    ["write read-only, bad", "-EBADF", () => g.call("write", other, g.bad, 1)],
    ["read write-only, bad", "-EBADF", () => g.call("read", writeOnly, g.bad, 1)],
    ["read write-only, −1", "-EBADF", () => g.call("read", writeOnly, g.buffer, -1)],
  ]);
});

testAbiOnEach("recv() and send() on TCP move all or nothing", (g) => {
  const { client, server } = g.host.connection();
  const send = (text: string) => {
    g.host.send(client, text);
    g.host.await(server);
  };
  send("0123456789");
  checkRows([
    ["part", "-EFAULT", () => g.call("recvfrom", server, g.edge(4), 10, 0, 0, 0)],
    ["rest", '10 "0123456789"', () => g.rest(server)],
    ["again", "", () => (send("0123456789"), "")],
    ["bad", "-EFAULT", () => g.call("recvfrom", server, g.bad, 10, 0, 0, 0)],
    ["length −1", 10, () => g.call("recvfrom", server, g.buffer, -1, 0, 0, 0)],
    ["bytes", "0123456789", () => g.text(g.buffer, 10)],
    ["again", "", () => (send("0123456789"), "")],
    ["length −1, part", "-EFAULT", () => g.call("recvfrom", server, g.edge(4), -1, 0, 0, 0)],
    ["read", "-EFAULT", () => g.call("read", server, g.edge(4), 10)],
    ["rest", '10 "0123456789"', () => g.rest(server)],
    ["send part", "-EFAULT", () => g.call("sendto", client, g.edge(4), 10, 0, 0, 0)],
    ["send bad", "-EFAULT", () => g.call("sendto", client, g.bad, 10, 0, 0, 0)],
    ["write part", "-EFAULT", () => g.call("write", client, g.edge(4), 10)],
    ["write length −1", "-EFAULT", () => g.call("write", client, g.buffer, -1)],
    ["send length −1", "-EFAULT", () => g.call("sendto", client, g.edge(4), -1, 0, 0, 0)],
    ["send much", "-EFAULT", () => g.call("sendto", client, g.edge(4), 100_000, 0, 0, 0)],
    ["nothing came", "-EAGAIN", () => g.rest(server)],
  ]);
});

testAbiOnEach("recv() on UDP loses a datagram that it cannot hand over", (g) => {
  const [a, b] = g.host.udpPair();
  const send = (text: string) => {
    g.host.send(a, text);
    g.host.await(b);
    return "";
  };
  const address = g.put(new Uint8Array(16));
  const length = g.ints(16);
  checkRows([
    ["", "", () => send("0123456789")],
    ["part", "-EFAULT", () => g.call("recvfrom", b, g.edge(4), 10, 0, 0, 0)],
    ["rest", "-EAGAIN", () => g.rest(b)],
    ["", "", () => send("0123456789")],
    ["bad", "-EFAULT", () => g.call("recvfrom", b, g.bad, 10, 0, 0, 0)],
    ["rest", "-EAGAIN", () => g.rest(b)],
    ["", "", () => send("01")],
    ["short datagram", 2, () => g.call("recvfrom", b, g.edge(4), 10, 0, 0, 0)],
    ["", "", () => send("01")],
    ["short datagram, from", 2, () => g.call("recvfrom", b, g.edge(4), 10, 0, address, length)],
    ["its sender", "2 0", () => `${g.memory.load16(address)} ${g.memory.load16(address + 8)}`],
    ["send part", "-EFAULT", () => g.call("sendto", a, g.edge(4), 10, 0, 0, 0)],
    ["nothing came", "-EAGAIN", () => g.rest(b)],
    ["send part of too much", "-EMSGSIZE", () => g.call("sendto", a, g.edge(4), 70_000, 0, 0, 0)],
    ["send bad, too much", "-EMSGSIZE", () => g.call("sendto", a, g.bad, 70_000, 0, 0, 0)],
    ["send length −1", "-EMSGSIZE", () => g.call("sendto", a, g.buffer, -1, 0, 0, 0)],
  ]);
});

testAbiOnEach("recvfrom() loses what it received where the sender cannot be told", (g) => {
  const [a, b] = g.host.udpPair();
  const address = g.put(new Uint8Array(16));
  const length = g.ints(16);
  const receive = (address: number, length: number) => {
    g.host.send(a, "0123456789");
    g.host.await(b);
    return g.call("recvfrom", b, g.buffer, 10, 0, address, length);
  };
  checkRows([
    ["address at the edge", "-EFAULT", () => receive(g.edge(8), length)],
    ["length", 16, () => g.int(length)],
    ["rest", "-EAGAIN", () => g.rest(b)],
    ["bad length", "-EFAULT", () => receive(address, g.bad)],
    ["rest", "-EAGAIN", () => g.rest(b)],
    ["length −1", "-EINVAL", () => receive(address, g.ints(-1))],
    ["no address, bad length", 10, () => receive(0, g.bad)],
    ["bad address, length 0", 10, () => receive(g.bad, length + 0 * g.memory.store32(length, 0))],
    ["length", 16, () => g.int(length)],
    ["room of 5", 10, () => (g.memory.store32(length, 5), receive(g.edge(5), length))],
    ["length", 16, () => g.int(length)],
  ]);
});

testAbiOnEach("AF_UNIX moves all or nothing", (g) => {
  const pair = g.ints(-1, -1);
  for (const [type, rest] of [[1, '10 "0123456789"'], [2, "-EAGAIN"]] as const) {
    g.ok(g.call("socketpair", 1, type, 0, pair));
    const [a, b] = [g.int(pair), g.int(pair + 4)];
    g.host.send(a, "0123456789");
    checkRows([
      ["part", "-EFAULT", () => g.call("recvfrom", b, g.edge(4), 10, 0, 0, 0)],
      ["rest", rest, () => g.rest(b)],
      ["send part", "-EFAULT", () => g.call("sendto", a, g.edge(4), 10, 0, 0, 0)],
      ["nothing came", "-EAGAIN", () => g.rest(b)],
    ]);
  }
});

testAbiOnEach("readv() and writev() check the list, then go as far as they can", (g) => {
  const { buffer, bad } = g;
  const file = g.file("0123456789");
  const vector = g.longs(buffer, 3, g.edge(2), 5, buffer, 5);
  const negative = g.longs(buffer, -1, buffer, 5);
  const huge = g.longs(buffer, 2n ** 62n, buffer, 2n ** 62n);
  const writeOnly = g.open("f", 1);
  const readOnly = g.open("f", 0);
  const atEdge = () => {
    g.memory.store64(g.edge(8), 1);
    g.memory.store64(g.edge(16), buffer);
    return g.edge(16);
  };
  checkRows([
    ["3, part of 5, 5", 5, () => g.call("readv", file, vector, 3)],
    ["offset", 5, () => g.call("lseek", file, 0, 1)],
    ["bytes", "01234", () => g.text(buffer, 3) + g.text(g.edge(2), 2)],
    ["negative length", "-EINVAL", () => g.call("readv", file, negative, 2)],
    ["lengths beyond any", "-EFAULT", () => g.call("readv", file, huge, 2)],
    ["bad list", "-EFAULT", () => g.call("readv", file, bad, 1)],
    ["bad list, none", 0, () => g.call("readv", file, bad, 0)],
    ["1025", "-EINVAL", () => g.call("readv", file, vector, 1025)],
    ["−1", "-EINVAL", () => g.call("readv", file, vector, -1)],
    ["closed, bad list", "-EBADF", () => g.call("readv", 999, bad, 1)],
    ["closed, 1025", "-EBADF", () => g.call("readv", 999, vector, 1025)],
    ["write-only, bad list", "-EBADF", () => g.call("readv", writeOnly, bad, 1)],
    ["read-only, bad list", "-EBADF", () => g.call("writev", readOnly, bad, 1)],
    ["list beyond the edge", "-EFAULT", () => g.call("writev", file, g.edge(8), 1)],
    ["list at the edge", 1, () => g.call("writev", writeOnly, atEdge(), 1)],
    ["1025", "-EINVAL", () => g.call("writev", file, vector, 1025)],
  ]);
});

testAbiOnEach("sendfile() reads the offset first, and writes it last", (g) => {
  const file = g.file("0123456789");
  const output = g.open("o", 0o102);
  const offset = g.longs(3);
  checkRows([
    ["bad offset", "-EFAULT", () => g.call("sendfile", output, file, g.bad, 5)],
    ["bad offset, closed", "-EFAULT", () => g.call("sendfile", 999, file, g.edge(4), 5)],
    ["closed", "-EBADF", () => g.call("sendfile", 999, file, offset, 5)],
    ["offset −1", "-EINVAL", () => g.call("sendfile", output, file, g.longs(-1), 5)],
    ["offset 3", 5, () => g.call("sendfile", output, file, offset, 5)],
    ["offset", 8, () => g.long(offset)],
    ["input's own offset", 0, () => g.call("lseek", file, 0, 1)],
    ["null offset", 4, () => g.call("sendfile", output, file, 0, 4)],
    ["input's own offset", 4, () => g.call("lseek", file, 0, 1)],
  ]);
});
