import { assertEquals } from "@std/assert";
import { Errno } from "../../lib/linux/errno.ts";
import {
  AT_FDCWD,
  O_APPEND,
  O_CREAT,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  SEEK_CUR,
  SEEK_SET,
} from "../../lib/linux/fcntl.ts";
import { assertErrno, Guest, STACKS, testOnEach, text, whyMissing } from "./guest.ts";

const CONTENT = "0123456789";

/** The files of one test: what to read from and what to write to. */
interface Files {
  readonly input: number;
  readonly output: number;
}

function open(guest: Guest, name: string, flags: number): number {
  const path = name === "" ? guest.folder : `${guest.folder}/${name}`;
  return guest.ok(guest.kernel.openat(AT_FDCWD, path, flags, 0o600), `openat ${name}`);
}

function makeFiles(guest: Guest): Files {
  Deno.writeTextFileSync(`${guest.folder}/input`, CONTENT);
  return { input: open(guest, "input", O_RDONLY), output: open(guest, "output", O_CREAT | O_RDWR) };
}

function contentOf(guest: Guest, name: string): string {
  return Deno.readTextFileSync(`${guest.folder}/${name}`);
}

testOnEach("sendfile() with an offset advances it and not the file's own", (guest) => {
  const { input, output } = makeFiles(guest);
  const offset = { value: 3 };
  assertEquals(guest.kernel.sendfile(output, input, offset, 4), 4);
  assertEquals(offset.value, 7);
  assertEquals(guest.kernel.lseek(input, 0, SEEK_CUR), 0);
  assertEquals(contentOf(guest, "output"), "3456");
});

testOnEach("sendfile() without an offset advances the file's own", (guest) => {
  const { input, output } = makeFiles(guest);
  guest.kernel.lseek(input, 2, SEEK_SET);
  assertEquals(guest.kernel.sendfile(output, input, null, 3), 3);
  assertEquals(guest.kernel.sendfile(output, input, null, 0), 0);
  assertEquals(guest.kernel.lseek(input, 0, SEEK_CUR), 5);
  assertEquals(guest.kernel.sendfile(output, input, null, 100), 5);
  assertEquals(guest.kernel.sendfile(output, input, null, 100), 0);
  assertEquals(guest.kernel.lseek(input, 0, SEEK_CUR), 10);
  assertEquals(contentOf(guest, "output"), "23456789");
});

testOnEach("sendfile() at and beyond the end sends nothing and leaves the offset", (guest) => {
  const { input, output } = makeFiles(guest);
  for (const value of [10, 100, 2 ** 40]) {
    const offset = { value };
    assertEquals(guest.kernel.sendfile(output, input, offset, 4), 0);
    assertEquals(offset.value, value);
  }
});

testOnEach("sendfile() goes on beyond one read, to a socket", (guest) => {
  const size = 200_000;
  const content = Uint8Array.from({ length: size }, (_, i) => i * 7 + (i >> 8));
  Deno.writeFileSync(`${guest.folder}/input`, content);
  const input = open(guest, "input", O_RDONLY);
  const { client, server } = guest.connection();
  guest.kernel.fcntl(client, 4, O_NONBLOCK);
  const received = new Uint8Array(size);
  let sent = 0;
  let got = 0;
  while (got < size) {
    const result = guest.kernel.sendfile(client, input, null, size - sent);
    if (result < 0) assertErrno(result, Errno.EAGAIN);
    else sent += result;
    assertEquals(guest.kernel.lseek(input, 0, SEEK_CUR), sent);
    guest.await(server);
    got += guest.ok(guest.kernel.recv(server, received.subarray(got), size - got, 0));
  }
  assertEquals(received, content);
});

testOnEach("sendfile() refuses files as Linux does, the input first", (guest) => {
  const { kernel } = guest;
  const { input, output } = makeFiles(guest);
  const writeOnly = open(guest, "input", O_WRONLY);
  const appending = open(guest, "output", O_WRONLY | O_APPEND);
  const directory = open(guest, "", O_RDONLY);
  const place = open(guest, "input", O_PATH);
  const ends = new Int32Array(2);
  guest.ok(kernel.pipe2(ends, 0));
  const [reading = -1, writing = -1] = ends;
  const { client, server } = guest.connection();
  const refused = (out: number, into: number, value: number | null, errno: number): void => {
    const offset = value === null ? null : { value };
    assertErrno(kernel.sendfile(out, into, offset, 4), errno, `${out} ${into} ${value}`);
    assertEquals(offset?.value ?? null, value);
  };
  refused(output, writeOnly, null, Errno.EBADF);
  refused(output, writeOnly, -1, Errno.EBADF);
  refused(input, input, null, Errno.EBADF);
  refused(input, input, 100, Errno.EBADF);
  refused(appending, input, null, Errno.EINVAL);
  refused(appending, reading, null, Errno.EINVAL);
  refused(output, directory, null, Errno.EINVAL);
  refused(output, directory, 0, Errno.EINVAL);
  refused(directory, input, 0, Errno.EBADF);
  refused(output, place, null, Errno.EBADF);
  refused(place, input, null, Errno.EBADF);
  refused(reading, input, null, Errno.EBADF);
  refused(output, writing, 0, Errno.EBADF);
  refused(output, writing, null, Errno.EBADF);
  refused(output, reading, null, Errno.EINVAL);
  refused(output, reading, 0, Errno.ESPIPE);
  refused(output, reading, -1, Errno.ESPIPE);
  refused(output, server, null, Errno.EINVAL);
  refused(output, server, 0, Errno.ESPIPE);
  refused(output, input, -1, Errno.EINVAL);
  refused(client, input, -1, Errno.EINVAL);
  refused(99, input, null, Errno.EBADF);
  refused(output, 99, null, Errno.EBADF);
  assertEquals(contentOf(guest, "output"), "");
});

testOnEach(
  "sendfile() is EINVAL for a count or an offset that is no number of Linux's",
  (guest) => {
    const { input, output } = makeFiles(guest);
    for (const count of [-1, NaN, 0.5, -Infinity]) {
      assertErrno(guest.kernel.sendfile(output, input, null, count), Errno.EINVAL, `${count}`);
    }
    for (const value of [NaN, 0.5, 2 ** 53, Infinity, -0.5]) {
      assertErrno(guest.kernel.sendfile(output, input, { value }, 4), Errno.EINVAL, `${value}`);
    }
    const offset = { value: -0 };
    assertEquals(guest.kernel.sendfile(output, input, offset, 2 ** 53), 10);
    assertEquals(offset.value, 10);
  },
);

for (const stack of STACKS) {
  Deno.test({
    name: `[${stack}] sendfile() to replaced stdout copies what it takes`,
    ignore: whyMissing(stack) !== null,
    fn() {
      let written = "";
      const answers = [2, 3, -Errno.ENOSPC];
      const stdout = (buffer: Uint8Array): number => {
        const answer = answers.shift() ?? buffer.length;
        if (answer > 0) written += text(buffer.subarray(0, answer));
        return answer;
      };
      using guest = new Guest(stack, { stdio: { stdout } });
      const { input } = makeFiles(guest);
      assertEquals(guest.kernel.sendfile(1, input, null, 4), 2);
      const offset = { value: 2 };
      assertEquals(guest.kernel.sendfile(1, input, offset, 6), 3);
      assertEquals(offset.value, 5);
      assertErrno(guest.kernel.sendfile(1, input, null, 4), Errno.ENOSPC);
      assertEquals(guest.kernel.lseek(input, 0, SEEK_CUR), 2);
      assertEquals(guest.kernel.sendfile(1, input, null, 100), 8);
      assertEquals(written, "0123423456789");
    },
  });

  Deno.test({
    name:
      `[${stack}] sendfile() to replaced stdout counts what went before an error, and no more than asked`,
    ignore: whyMissing(stack) !== null,
    fn() {
      let left = 65536;
      const stdout = (buffer: Uint8Array): number => {
        if (left === 0) return -Errno.EIO;
        const taken = Math.min(left, buffer.length);
        left -= taken;
        return taken;
      };
      using guest = new Guest(stack, { stdio: { stdout } });
      Deno.writeFileSync(`${guest.folder}/input`, new Uint8Array(200_000));
      const input = open(guest, "input", O_RDONLY);
      assertEquals(guest.kernel.sendfile(1, input, null, 150_000), 65536);
      assertEquals(guest.kernel.lseek(input, 0, SEEK_CUR), 65536);
      assertErrno(guest.kernel.sendfile(1, input, null, 150_000), Errno.EIO);
      left = 200_000;
      assertEquals(guest.kernel.sendfile(1, input, { value: 0 }, 70_000), 70_000);
      assertEquals(left, 130_000);
    },
  });
}
