import { assertEquals } from "@std/assert";
import { MultipartBody } from "../../../lib/apps/httpd/multipart.ts";
import { Output, Sent } from "../../../lib/apps/httpd/output.ts";
import { Reply } from "../../../lib/apps/httpd/reply.ts";
import type { ServedFile } from "../../../lib/apps/httpd/served_file.ts";
import { Gathered, type Service } from "../../../lib/apps/httpd/service.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { MSG_MORE } from "../../../lib/linux/socket.ts";
import type { OffsetCell } from "../../../lib/stack/open_file.ts";
import { bytesOf, textOf } from "./httpd_server.ts";

const FILE_TEXT = "0123456789abcdefghij";

/** A socket that takes what it is told to, and a file to send. */
class FakeSocket {
  /** What was taken. */
  taken = "";
  /** Flags of each send. */
  readonly flags: number[] = [];
  /** Uses of the file at this moment. */
  users = 0;
  readonly file = {
    fd: 9,
    size: FILE_TEXT.length,
    place: { contentType: "text/plain" },
  } as unknown as ServedFile;
  readonly gathered = new Gathered();
  readonly output: Output;

  /** `room` says for each call how many bytes it takes, or its negated errno; then it takes all. */
  constructor(private readonly room: number[]) {
    const system = {
      send: (_fd: number, bytes: Uint8Array, length: number, flags: number) => {
        this.flags.push(flags);
        const result = Math.min(this.room.shift() ?? Infinity, length);
        if (result > 0) this.taken += textOf(bytes.subarray(0, result));
        return result;
      },
      sendfile: (_output: number, _input: number, offset: OffsetCell, count: number) => {
        const result = Math.min(this.room.shift() ?? Infinity, count);
        if (result <= 0) return result;
        this.taken += FILE_TEXT.slice(offset.value, offset.value + result);
        offset.value += result;
        return result;
      },
    };
    const cache = { use: () => this.users++, release: () => this.users-- };
    const service = { system, cache, gathered: this.gathered } as unknown as Service;
    this.output = new Output(service, 5);
  }

  /** Goes on until all is sent or it fails. */
  finish(): Sent {
    for (;;) {
      const sent = this.output.advance();
      if (sent !== Sent.part) return sent;
    }
  }
}

function replyWithFile(socket: FakeSocket, start: number, end: number): Reply {
  const reply = new Reply();
  reply.addFile(socket.file, start, end);
  return reply;
}

Deno.test("Output keeps a copy of what the socket does not take", () => {
  for (const room of [[3], [-Errno.EAGAIN], [-Errno.EINTR, 0, 2, -Errno.EAGAIN, 1]]) {
    const socket = new FakeSocket([...room]);
    const bytes = bytesOf("hello, world!");
    assertEquals(socket.output.sendBytes(bytes, 12, 0), Sent.part);
    assertEquals(socket.output.isEmpty, false);
    bytes.fill(0);
    assertEquals(socket.finish(), Sent.all);
    assertEquals([socket.taken, socket.output.taken], ["hello, world", 12]);
    assertEquals(socket.output.isEmpty, true);
  }
});

Deno.test("Output.flush() sends what was gathered, once", () => {
  const socket = new FakeSocket([4]);
  socket.gathered.add(bytesOf("abcdefgh"), 6);
  assertEquals(socket.output.flush(0), Sent.part);
  assertEquals(socket.gathered.length, 0);
  // The next connection's turn.
  socket.gathered.add(bytesOf("XXXXXX"), 6);
  assertEquals(socket.finish(), Sent.all);
  assertEquals(socket.taken, "abcdef");
  socket.gathered.length = 0;
  assertEquals(socket.output.flush(0), Sent.all);
  assertEquals(socket.taken, "abcdef");
});

Deno.test("Output sends bytes that were added before what follows", () => {
  const socket = new FakeSocket([1]);
  socket.output.sendBytes(bytesOf("one"), 3, 0);
  socket.output.append(bytesOf("two!"), 3);
  socket.output.follow(replyWithFile(socket, 10, 20));
  assertEquals(socket.finish(), Sent.all);
  assertEquals(socket.taken, "onetwoabcdefghij");
});

Deno.test("Output says that more follows where a file does", () => {
  const socket = new FakeSocket([1, 1]);
  socket.output.sendBytes(bytesOf("head"), 4, MSG_MORE);
  socket.output.follow(replyWithFile(socket, 0, 4));
  assertEquals(socket.finish(), Sent.all);
  assertEquals([socket.taken, socket.flags], ["head0123", [MSG_MORE, MSG_MORE, MSG_MORE]]);
});

Deno.test("Output sends a range of a file, whatever the socket takes at once", () => {
  for (const room of [[], [1, 2, 3], [-Errno.EAGAIN, 7, -Errno.EINTR]]) {
    const socket = new FakeSocket(room);
    socket.output.follow(replyWithFile(socket, 3, 18));
    assertEquals(socket.users, 1);
    assertEquals(socket.finish(), Sent.all);
    assertEquals([socket.taken, socket.users], [FILE_TEXT.slice(3, 18), 0]);
    assertEquals([socket.output.taken, socket.output.isEmpty], [15, true]);
  }
});

Deno.test("Output sends parts of a file with what stands between them", () => {
  const whole = new FakeSocket([]);
  const body = () => new MultipartBody(whole.file, [{ start: 0, end: 2 }, { start: 15, end: 20 }]);
  const sizes = [[], [5, -Errno.EAGAIN, 1, 1], Array(500).fill(1)];
  for (const room of sizes) {
    const socket = new FakeSocket(room);
    const parts = body();
    const reply = new Reply();
    reply.addParts(parts);
    socket.output.follow(reply);
    assertEquals(socket.finish(), Sent.all);
    const boundary = parts.contentType.split("=")[1] ?? "";
    const part = (range: string, text: string) =>
      `--${boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes ${range}/20\r\n\r\n${text}\r\n`;
    const expected = `${part("0-1", "01")}${part("15-19", "fghij")}--${boundary}--\r\n`;
    assertEquals(socket.taken, expected);
    assertEquals([socket.taken.length, socket.users], [parts.length, 0]);
  }
});

Deno.test("Output fails with its connection, and where a file has become too short", () => {
  for (const errno of [Errno.EPIPE, Errno.ECONNRESET, Errno.EBADF]) {
    assertEquals(new FakeSocket([-errno]).output.sendBytes(bytesOf("a"), 1, 0), Sent.failed);
  }
  for (const result of [0, -Errno.EPIPE, -Errno.EIO]) {
    const socket = new FakeSocket([5, result]);
    socket.output.follow(replyWithFile(socket, 0, 20));
    assertEquals(socket.finish(), Sent.failed);
    assertEquals(socket.users, 1);
    socket.output.drop();
    assertEquals([socket.users, socket.output.isEmpty], [0, true]);
  }
});

Deno.test("Output.drop() forgets parts with their file", () => {
  const socket = new FakeSocket([3, -Errno.EAGAIN]);
  const reply = new Reply();
  reply.addParts(new MultipartBody(socket.file, [{ start: 0, end: 2 }, { start: 3, end: 4 }]));
  socket.output.follow(reply);
  assertEquals(socket.output.advance(), Sent.part);
  socket.output.drop();
  assertEquals([socket.users, socket.output.isEmpty], [0, true]);
});
