import { assert } from "@std/assert";
import { AT_FDCWD } from "../../lib/linux/fcntl.ts";
import {
  AF_INET,
  AF_UNIX,
  MSG_DONTWAIT,
  SO_REUSEADDR,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../lib/linux/socket.ts";
import { O_NONBLOCK, O_RDWR } from "../../lib/linux/fcntl.ts";
import { Kernel } from "../../lib/kernel/kernel.ts";
import { openStack } from "../../lib/stack/open.ts";

/** A view as a guest holds it when its memory has grown: the old memory is gone. */
function detached(): Uint8Array {
  const memory = new ArrayBuffer(32);
  const view = new Uint8Array(memory, 4, 16);
  memory.transfer();
  return view;
}

for (const stack of ["libc", "deno"] as const) {
  Deno.test(`[${stack}] no call throws for a view whose memory has been detached`, () => {
    using kernel = new Kernel(openStack(stack));
    const fds = [
      kernel.socket(AF_INET, SOCK_STREAM, 0),
      kernel.socket(AF_INET, SOCK_DGRAM, 0),
      kernel.openat(AT_FDCWD, "/dev/null", O_RDWR, 0),
    ];
    const pair = new Int32Array(2);
    kernel.socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair);
    fds.push(...pair);
    kernel.pipe2(pair, O_NONBLOCK);
    fds.push(...pair);
    for (const fd of fds) {
      for (const length of [0, 16]) {
        const buffers = [{ base: detached(), length }];
        const results = [
          kernel.connect(fd, detached()),
          kernel.bind(fd, detached()),
          kernel.send(fd, detached(), length, MSG_DONTWAIT),
          kernel.sendto(fd, detached(), length, MSG_DONTWAIT, detached()),
          kernel.sendmsg(fd, buffers, MSG_DONTWAIT, detached()),
          kernel.recv(fd, detached(), length, MSG_DONTWAIT),
          kernel.recvmsg(fd, buffers, MSG_DONTWAIT, { name: null, flags: 0 }),
          kernel.write(fd, detached(), length),
          kernel.writev(fd, buffers),
          kernel.pwrite(fd, detached(), length, 0),
          kernel.getdents(fd, detached(), length),
          kernel.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, detached(), length),
          kernel.getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, detached(), Int32Array.of(length)),
        ];
        for (const result of results) assert(Number.isInteger(result));
      }
    }
  });
}
