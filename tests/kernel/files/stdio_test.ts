import { assert, assertEquals, assertThrows } from "@std/assert";
import { FileSystem } from "../../../lib/kernel/files/file_system.ts";
import { StdioFile } from "../../../lib/kernel/files/stdio.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import {
  F_SETLK,
  F_WRLCK,
  O_APPEND,
  O_NONBLOCK,
  O_RDONLY,
  O_WRONLY,
} from "../../../lib/linux/fcntl.ts";
import { FIONBIO, FIONREAD } from "../../../lib/linux/ioctl.ts";
import { POLLIN, POLLOUT } from "../../../lib/linux/poll.ts";
import { FileStatus } from "../../../lib/linux/stat.ts";
import { FileKind } from "../../../lib/stack/open_file.ts";

const bytes = new TextEncoder();

/** What was written to it, as one text. */
class Sink {
  text = "";
  readonly write = (data: Uint8Array): number => {
    this.text += new TextDecoder().decode(data);
    return data.length;
  };
}

Deno.test("an embedder's functions replace stdio", () => {
  const out = new Sink();
  const error = new Sink();
  let input = "input";
  const system = new FileSystem({
    host: null,
    stdio: {
      stdin(buffer) {
        const { written } = bytes.encodeInto(input, buffer);
        input = input.slice(written);
        return written;
      },
      stdout: out.write,
      stderr: error.write,
    },
  });
  const buffer = new Uint8Array(3);
  const stdin = system.stdio(0);
  assertEquals(stdin.read(buffer, 3), 3);
  assertEquals(new TextDecoder().decode(buffer), "inp");
  assertEquals(stdin.read(buffer, 3), 2);
  assertEquals(stdin.read(buffer, 3), 0);
  assertEquals(system.stdio(1).write(bytes.encode("to stdout"), 2), 2);
  assertEquals(system.stdio(2).write(bytes.encode("error"), 5), 5);
  assertEquals(out.text, "to");
  assertEquals(error.text, "error");
});

Deno.test("replaced stdio moves lists of buffers and refuses the other direction", () => {
  const sink = new Sink();
  const stdout = new StdioFile({ write: sink.write });
  const stdin = new StdioFile({ read: (buffer) => buffer.fill(120).length });
  const buffers = ["ab", "c"].map((text) => ({ base: bytes.encode(text), length: text.length }));
  assertEquals(stdout.writev([...buffers, { base: null, length: 0 }]), 3);
  assertEquals(sink.text, "abc");
  assertEquals(stdout.writev([...buffers, { base: null, length: 2 }]), 3);
  assertEquals(stdin.readv([{ base: new Uint8Array(2), length: 2 }]), 2);
  assertEquals(stdin.write(new Uint8Array(1), 1), -Errno.EBADF);
  assertEquals(stdin.writev([]), -Errno.EBADF);
  assertEquals(stdout.read(new Uint8Array(1), 1), -Errno.EBADF);
  assertEquals(stdout.readv([]), -Errno.EBADF);
  assertEquals(stdout.write(null, 3), -Errno.EFAULT);
  assertEquals(stdout.write(null, 0), 0);
  assertEquals(stdin.getStatusFlags(), O_RDONLY);
  assertEquals(stdout.getStatusFlags(), O_WRONLY);
});

Deno.test("replaced stdio passes errors on and does not trust counts", () => {
  let result: number = -Errno.EPIPE;
  const file = new StdioFile({ write: () => result });
  const write = () => file.write(new Uint8Array(4), 4);
  assertEquals(write(), -Errno.EPIPE);
  for (result of [5, 1.5, NaN, -1e6, Infinity]) assertEquals(write(), -Errno.EIO);
  result = 2;
  const buffer = { base: new Uint8Array(4), length: 4 };
  assertEquals(file.writev([buffer, buffer]), 2);
  const failing = new StdioFile({
    write() {
      throw new RangeError("the embedder's own");
    },
  });
  assertThrows(() => failing.write(new Uint8Array(1), 1), RangeError);
});

Deno.test("stdio has no offset, no locks and no FIONREAD, and is always ready", () => {
  const file = new StdioFile({ write: (data) => data.length });
  const lock = { type: F_WRLCK, whence: 0, start: 0, length: 0, pid: 0 };
  assertEquals(file.lseek(0, 0), -Errno.ESPIPE);
  assertEquals(file.pwrite(new Uint8Array(1), 1, 0), -Errno.ESPIPE);
  assertEquals(file.ftruncate(0), -Errno.EINVAL);
  assertEquals(file.fsync(), -Errno.EINVAL);
  assertEquals(file.getdents(new Uint8Array(1), 1), -Errno.ENOTDIR);
  assertEquals(file.ioctl(FIONREAD, new Int32Array(1)), -Errno.ENOTTY);
  assertEquals(file.lock(F_SETLK, lock), -Errno.ENOLCK);
  assertEquals(file.poll(POLLIN | POLLOUT), POLLOUT);
  assertEquals(file.close(), 0);
});

Deno.test("stdio cannot be made non-blocking", () => {
  const file = new StdioFile({ read: () => 0 });
  assertEquals(file.setStatusFlags(O_APPEND), 0);
  assertEquals(file.getStatusFlags(), O_RDONLY | O_APPEND);
  assertEquals(file.setStatusFlags(O_NONBLOCK), -Errno.EINVAL);
  assertEquals(file.ioctl(FIONBIO, Int32Array.of(1)), -Errno.EINVAL);
  assertEquals(file.ioctl(FIONBIO, Int32Array.of(0)), 0);
  assertEquals(file.ioctl(FIONBIO, null), -Errno.EFAULT);
});

Deno.test("fstat() of replaced stdio tells of a terminal", () => {
  const file = new StdioFile({ read: () => 0 });
  const status = new FileStatus();
  assertEquals(file.fstat(status), 0);
  assertEquals(file.kind, FileKind.character);
  assertEquals([status.mode, status.nlink], [0o20620, 1]);
});

const program = `
  import { FileSystem } from "${import.meta.resolve("../../../lib/kernel/files/file_system.ts")}";
  import { FileStatus } from "${import.meta.resolve("../../../lib/linux/stat.ts")}";
  const system = new FileSystem({ host: null });
  const [stdin, stdout, stderr] = [system.stdio(0), system.stdio(1), system.stdio(2)];
  const status = new FileStatus();
  const types = [stdin, stdout, stderr].map((file) => {
    file.fstat(status);
    return [file.kind, status.mode >> 12];
  });
  const buffer = new Uint8Array(new SharedArrayBuffer(16));
  const counts = [];
  for (let n; (n = stdin.read(buffer, 4)) > 0;) counts.push(n, stdout.write(buffer, n));
  stderr.write(new TextEncoder().encode(JSON.stringify([types, counts])), 200);
`;

Deno.test("the process's own stdio needs no permission", async () => {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      file,
      program.replace(", 200)", ", JSON.stringify([types, counts]).length)"),
    );
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", "--no-lock", "--no-prompt", file],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(bytes.encode("copied"));
    await writer.close();
    const { stdout, stderr } = await child.output();
    assertEquals(new TextDecoder().decode(stdout), "copied");
    const [types, counts] = JSON.parse(new TextDecoder().decode(stderr));
    assertEquals(counts, [4, 4, 2, 2]);
    assertEquals(types.length, 3);
    for (const [kind, type] of types) {
      // Deno makes sockets or pipes for a child.
      assert([FileKind.pipe, FileKind.other].includes(kind), String(kind));
      assert([0o1, 0o14].includes(type), String(type));
    }
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("writing to a process that has gone is EPIPE", async () => {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      file,
      `import { FileSystem } from "${
        import.meta.resolve("../../../lib/kernel/files/file_system.ts")
      }";
      const stdout = new FileSystem({ host: null }).stdio(1);
      let result;
      while ((result = stdout.write(new Uint8Array(65536), 65536)) >= 0);
      console.error(result);`,
    );
    const { stderr } = await new Deno.Command("sh", {
      args: ["-c", `"$0" run --no-config --no-lock --no-prompt "$1" | true`, Deno.execPath(), file],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    assertEquals(new TextDecoder().decode(stderr), `${-Errno.EPIPE}\n`);
  } finally {
    await Deno.remove(file);
  }
});
