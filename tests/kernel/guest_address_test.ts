import { assertEquals, assertStrictEquals } from "@std/assert";
import type { AddressUse } from "../../lib/kernel/policy/address_use.ts";
import { GuestAddress } from "../../lib/kernel/guest_address.ts";
import { Policy } from "../../lib/kernel/policy/policy.ts";
import { Errno } from "../../lib/linux/errno.ts";
import { POLLIN } from "../../lib/linux/poll.ts";
import { AF_INET, AF_INET6, AF_UNIX, AF_UNSPEC, SOCK_DGRAM } from "../../lib/linux/socket.ts";
import { FileKind } from "../../lib/stack/open_file.ts";
import { FakeFile } from "./fake_file.ts";
import { assertErrno, bytes, Guest, loopback, STACKS, testOnEach, whyMissing } from "./guest.ts";

/** A question that a policy was asked. */
interface Question {
  readonly use: AddressUse;
  readonly family: number;
  readonly length: number;
}

/** A policy that refuses everything and tells what it was asked. */
function recordingPolicy(): { policy: Policy; questions: Question[] } {
  const questions: Question[] = [];
  const checkAddress = (use: AddressUse, address: Uint8Array, length: number): number => {
    questions.push({ use, family: (address[0] ?? 0) | ((address[1] ?? 0) << 8), length });
    return -Errno.EACCES;
  };
  return { policy: { checkAddress } as unknown as Policy, questions };
}

function addressOf(family: number, length = 16): Uint8Array {
  const address = new Uint8Array(length);
  address.set([family & 0xff, family >> 8].slice(0, length));
  return address;
}

/** The families that the policy is asked about for a socket of `domain`, and what is answered. */
function asked(domain: number, family: number, use: AddressUse, length = 28): Question[] {
  const { policy, questions } = recordingPolicy();
  const address = new GuestAddress();
  assertEquals(address.copy(addressOf(family, length)), 0);
  const before = address.bytes.slice();
  const file = new FakeFile({ kind: FileKind.socket, domain, type: SOCK_DGRAM });
  const result = address.check(policy, use, file);
  assertEquals(result, questions.length === 0 ? 0 : -Errno.EACCES);
  // What is asked about differently is passed down as it is.
  assertEquals(address.bytes, before);
  return questions;
}

Deno.test("GuestAddress copy() keeps the address from whoever changes it afterwards", () => {
  const shared = new Uint8Array(new SharedArrayBuffer(16));
  shared.set(loopback(AF_INET, 80));
  const address = new GuestAddress();
  assertEquals(address.copy(shared), 0);
  shared.fill(0xff);
  assertEquals(address.bytes.subarray(0, address.length), loopback(AF_INET, 80));
});

Deno.test("GuestAddress copy() leaves nothing of a longer address before", () => {
  const address = new GuestAddress();
  address.copy(new Uint8Array(128).fill(0xff));
  address.copy(Uint8Array.of(2, 0, 9));
  assertEquals(address.length, 3);
  assertEquals(address.bytes, Uint8Array.from({ length: 128 }, (_, i) => [2, 0, 9][i] ?? 0));
});

Deno.test("GuestAddress copy() takes 0 to 128 bytes and keeps the one before on failure", () => {
  const address = new GuestAddress();
  const kept = address.bytes;
  assertEquals(address.copy(new Uint8Array(128).fill(7)), 0);
  assertEquals(address.length, 128);
  assertEquals(address.copy(new Uint8Array(129)), -Errno.EINVAL);
  assertEquals(address.copy(null), -Errno.EFAULT);
  assertEquals([address.length, address.bytes[127]], [128, 7]);
  assertEquals(address.copy(new Uint8Array(0)), 0);
  assertEquals([address.length, address.family], [0, AF_UNSPEC]);
  assertStrictEquals(address.bytes, kept);
});

Deno.test("GuestAddress family is 16 bits wide, AF_UNSPEC where there is none", () => {
  const address = new GuestAddress();
  const familyOf = (...content: number[]): number => {
    address.copy(Uint8Array.from(content));
    return address.family;
  };
  assertEquals(familyOf(2, 0), AF_INET);
  assertEquals(familyOf(2, 1), 0x102);
  assertEquals(familyOf(10, 0, 1), AF_INET6);
  assertEquals(familyOf(2), AF_UNSPEC);
  assertEquals(familyOf(), AF_UNSPEC);
});

const USES = ["bind", "connect", "send", "listen", "multicast"] as const;

Deno.test("GuestAddress check() asks about addresses of the socket's own family", () => {
  for (const use of USES) {
    for (const domain of [AF_INET, AF_INET6, AF_UNIX]) {
      assertEquals(asked(domain, domain, use), [{ use, family: domain, length: 28 }]);
    }
    assertEquals(asked(AF_INET, AF_INET, use, 16), [{ use, family: AF_INET, length: 16 }]);
    assertEquals(asked(AF_INET6, AF_INET, use, 16), [{ use, family: AF_INET, length: 16 }]);
    assertEquals(asked(AF_INET6, AF_INET6, use, 24), [{ use, family: AF_INET6, length: 24 }]);
  }
});

Deno.test("GuestAddress check() asks about AF_UNSPEC on an IPv4 socket as about IPv4, but in connect", () => {
  for (const use of ["bind", "send", "multicast"] as const) {
    assertEquals(asked(AF_INET, AF_UNSPEC, use, 16), [{ use, family: AF_INET, length: 16 }]);
  }
  assertEquals(asked(AF_INET, AF_UNSPEC, "connect"), []);
});

Deno.test("GuestAddress check() leaves to Linux what Linux refuses by its family or length", () => {
  for (const use of USES) {
    assertEquals(asked(AF_INET, AF_INET6, use), []);
    assertEquals(asked(AF_INET, AF_UNIX, use), []);
    assertEquals(asked(AF_INET, 0x102, use), []);
    assertEquals(asked(AF_INET6, AF_UNIX, use), []);
    assertEquals(asked(AF_INET6, AF_UNSPEC, use), []);
    assertEquals(asked(AF_INET, AF_INET, use, 15), []);
    assertEquals(asked(AF_INET, AF_UNSPEC, use, 15), []);
    assertEquals(asked(AF_INET6, AF_INET6, use, 23), []);
    assertEquals(asked(AF_UNIX, AF_INET, use), []);
    assertEquals(asked(AF_UNIX, AF_UNSPEC, use), []);
  }
});

Deno.test("GuestAddress check() asks about whatever it may be on a socket of unknown family", () => {
  for (const family of [AF_INET, AF_INET6, AF_UNIX]) {
    assertEquals(asked(0, family, "connect"), [{ use: "connect", family, length: 28 }]);
  }
  assertEquals(asked(0, AF_UNSPEC, "send"), [{ use: "send", family: AF_INET, length: 28 }]);
});

testOnEach("sendto() takes AF_UNSPEC for IPv4, as Linux does", (guest) => {
  const receiver = guest.udp();
  const address = guest.addressOf(receiver);
  address[0] = AF_UNSPEC;
  const sender = guest.socket(AF_INET, SOCK_DGRAM);
  assertEquals(guest.kernel.sendto(sender, bytes("x"), 1, 0, address), 1);
  assertEquals(guest.receive(receiver), "x");
});

for (const stack of STACKS) {
  Deno.test({
    name: `[${stack}] sendto() with AF_UNSPEC does not get past a policy`,
    ignore: whyMissing(stack) !== null,
    fn() {
      using receiver = new Guest(stack);
      const target = receiver.udp();
      const address = receiver.addressOf(target);
      using guest = new Guest(stack, { policy: new Policy({ deny: ["send@*"] }) });
      const sender = guest.socket(AF_INET, SOCK_DGRAM);
      for (const family of [AF_INET, AF_UNSPEC]) {
        address[0] = family;
        assertErrno(guest.kernel.sendto(sender, bytes("x"), 1, 0, address), Errno.EACCES);
        const buffers = [{ base: bytes("x"), length: 1 }];
        assertErrno(guest.kernel.sendmsg(sender, buffers, 0, address), Errno.EACCES);
      }
      assertEquals(receiver.kernel.poll([{ fd: target, events: POLLIN, revents: 0 }], 0), 0);
    },
  });
}
