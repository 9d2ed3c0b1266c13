import { assertEquals } from "@std/assert";
import { Policy } from "../../lib/kernel/policy.ts";
import { Errno } from "../../lib/linux/errno.ts";
import { POLLIN } from "../../lib/linux/poll.ts";
import { encodeSockaddr, UnixAddress } from "../../lib/linux/sockaddr.ts";
import { AF_UNIX, SO_TYPE, SOCK_DGRAM, SOCK_RAW, SOL_SOCKET } from "../../lib/linux/socket.ts";
import { assertErrno, bytes, Guest, testOn } from "./guest.ts";

testOn("libc", "sendto() of an AF_UNIX socket made as SOCK_RAW asks the policy", (receiver) => {
  const name = new UnixAddress("pathname", bytes(`${receiver.folder}/socket`));
  const address = encodeSockaddr(name);
  const target = receiver.socket(AF_UNIX, SOCK_DGRAM);
  receiver.ok(receiver.kernel.bind(target, address));

  using sender = new Guest("libc", { policy: new Policy({ deny: ["unix:*"] }) });
  const pair = new Int32Array(2);
  sender.ok(sender.kernel.socketpair(AF_UNIX, SOCK_RAW, 0, pair));
  for (const fd of [sender.socket(AF_UNIX, SOCK_RAW), pair[0] as number]) {
    assertErrno(sender.kernel.sendto(fd, bytes("x"), 1, 0, address), Errno.EACCES);
    const buffers = [{ base: bytes("x"), length: 1 }];
    assertErrno(sender.kernel.sendmsg(fd, buffers, 0, address), Errno.EACCES);
  }
  const entry = { fd: target, events: POLLIN, revents: 0 };
  assertEquals(receiver.kernel.poll([entry], 0), 0);
});

testOn("libc", "socket() makes a datagram socket of SOCK_RAW in AF_UNIX", (guest) => {
  assertEquals(guest.getInt(guest.socket(AF_UNIX, SOCK_RAW), SOL_SOCKET, SO_TYPE), SOCK_DGRAM);
});
