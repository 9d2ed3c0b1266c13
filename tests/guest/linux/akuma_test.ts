/** The akuma dialect: its numbers, its conventions, and what it has of Linux. */
import { assertEquals } from "@std/assert";
import { LinuxAbi } from "../../../lib/guest/linux/linux_abi.ts";
import { AF_INET, AF_INET6, SOCK_STREAM } from "../../../lib/linux/socket.ts";
import { type AbiGuest, checkRows, testAbiOnEach } from "./abi_guest.ts";

const AKUMA = { dialect: "akuma" } as const;
const AT_FDCWD = -100;
const ENCODER = new TextEncoder();

/** Numbers of the dialect. */
const READ = 1;
const WRITE = 2;
const OPENAT = 56;
const CLOSE = 57;
const RESOLVE_HOST = 300;

function openWith(g: AbiGuest, path: string | Uint8Array, flags = 0, mode = 0): number {
  const bytes = typeof path === "string" ? ENCODER.encode(path) : path;
  return g.abi.syscall(OPENAT, AT_FDCWD, g.put(bytes), bytes.length, flags, mode);
}

testAbiOnEach("akuma: openat takes a path of a length, read is 1 and write is 2", (g) => {
  const { bad, buffer } = g;
  const path = `${g.host.folder}/f`;
  const fd = g.ok(openWith(g, path, 0o102, 0o644));
  const text = g.put("0123456789");
  const open = (address: number, length: number) =>
    g.abi.syscall(OPENAT, AT_FDCWD, address, length, 0, 0);
  checkRows([
    ["write", 10, () => g.abi.syscall(WRITE, fd, text, 10)],
    ["lseek", 2, () => g.abi.syscall(62, fd, 2, 0)],
    ["read", 4, () => g.abi.syscall(READ, fd, buffer, 4)],
    ["bytes", "2345", () => g.text(buffer, 4)],
    ["Linux's write", 1, () => g.abi.syscall(64, fd, text, 1)],
    ["Linux's read", 3, () => g.abi.syscall(63, fd, buffer, 10)],
    ["fstat", 0, () => g.abi.syscall(80, fd, buffer)],
    ["size", 10, () => g.long(buffer + 48)],
    ["null path", "-EINVAL", () => open(0, 3)],
    ["no path", "-EINVAL", () => open(text, 0)],
    ["bad path", "-EFAULT", () => open(bad, 3)],
    ["path at the edge", "-EFAULT", () => open(g.edge(3), 4)],
    ["−1", "-EFAULT", () => open(text, -1)],
    ["4096", "-ENAMETOOLONG", () => open(buffer, 4096)],
    ["not UTF-8", "-EINVAL", () => openWith(g, new Uint8Array([0x61, 0xff]))],
    ["with a NUL", "-EINVAL", () => openWith(g, `${path}\0x`)],
    ["missing", "-ENOENT", () => openWith(g, `${path}x`)],
    ["a folder to write", "-EISDIR", () => openWith(g, g.host.folder, 1)],
    ["made and not there", "-EEXIST", () => openWith(g, path, 0o302)],
    ["close", 0, () => g.abi.syscall(CLOSE, fd)],
    ["close again", "-EBADF", () => g.abi.syscall(CLOSE, fd)],
    ["read closed, bad", "-EBADF", () => g.abi.syscall(READ, fd, bad, 4)],
  ]);
}, AKUMA);

testAbiOnEach("akuma: numbers that it does not define are Linux's", (g) => {
  const fd = g.ok(g.abi.syscall(198, AF_INET, SOCK_STREAM, 0));
  checkRows([
    ["accept4 of no listener", "-EINVAL", () => g.abi.syscall(242, fd, 0, 0, 0)],
    ["getpid", 1, () => g.abi.syscall(172)],
    ["AF_INET6", "true", () => String(g.abi.syscall(198, AF_INET6, SOCK_STREAM, 0) > 0)],
    ["unknown", "-ENOSYS", () => g.abi.syscall(0)],
    ["resolve_host's neighbour", "-ENOSYS", () => g.abi.syscall(301)],
  ]);
}, AKUMA);

Deno.test("aarch64: 1 and 2 are not read and write", () => {
  // The system is not reached.
  const system = { rejected: (_: string, __: readonly string[], errno: number) => errno };
  const abi = new LinuxAbi(system as never, new ArrayBuffer(16));
  assertEquals([abi.syscall(1, 0, 0, 1), abi.syscall(2, 1, 0, 1)], [-38, -38]);
});

for (const options of [AKUMA, { dialect: "aarch64" }] as const) {
  testAbiOnEach(`resolve_host gives four octets, ${options.dialect}`, (g) => {
    const { bad, buffer } = g;
    const resolve = (name: string, result = buffer) => {
      const bytes = ENCODER.encode(name);
      return g.abi.syscall(RESOLVE_HOST, g.put(bytes), bytes.length, result);
    };
    const octets = () => Array.from(g.memory.bytes(buffer, 4) ?? []).join(".");
    const name = g.put("localhost");
    const invalid = g.put(new Uint8Array([0xff]));
    checkRows([
      ["localhost", 0, () => resolve("localhost")],
      ["octets", "127.0.0.1", octets],
      ["an address", 0, () => resolve("192.168.1.2")],
      ["octets", "192.168.1.2", octets],
      ["at the edge", 0, () => resolve("1.2.3.4", g.edge(4))],
      ["an IPv6 address", "-ENOENT", () => resolve("::1")],
      ["a name that nobody has", "-ENOENT", () => resolve("no-such-host.invalid")],
      ["no name", "-ENOENT", () => resolve("a b")],
      ["a long name", "-ENOENT", () => resolve("x".repeat(1000))],
      ["octets", "192.168.1.2", octets],
      ["null name", "-EINVAL", () => g.abi.syscall(RESOLVE_HOST, 0, 9, buffer)],
      ["empty name", "-EINVAL", () => g.abi.syscall(RESOLVE_HOST, name, 0, buffer)],
      ["null result", "-EINVAL", () => g.abi.syscall(RESOLVE_HOST, name, 9, 0)],
      ["not UTF-8", "-EINVAL", () => g.abi.syscall(RESOLVE_HOST, invalid, 1, buffer)],
      ["bad name", "-EFAULT", () => g.abi.syscall(RESOLVE_HOST, bad, 9, buffer)],
      ["name at the edge", "-EFAULT", () => g.abi.syscall(RESOLVE_HOST, g.edge(4), 9, buffer)],
      ["−1", "-EFAULT", () => g.abi.syscall(RESOLVE_HOST, name, -1, buffer)],
      ["bad result", "-EFAULT", () => g.abi.syscall(RESOLVE_HOST, name, 9, bad)],
      ["result at the edge", "-EFAULT", () => g.abi.syscall(RESOLVE_HOST, name, 9, g.edge(3))],
    ]);
  }, options);
}
