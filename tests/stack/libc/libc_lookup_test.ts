import { assert, assertEquals, assertGreater } from "@std/assert";
import { Errno } from "../../../lib/linux/errno.ts";
import { AF_INET, AF_UNSPEC } from "../../../lib/linux/socket.ts";
import { LibcStack } from "../../../lib/stack/libc/libc_stack.ts";

/** Long enough for what is in /etc/hosts, in milliseconds. */
const ENOUGH = 20_000;

const isElsewhere = Deno.build.os !== "linux";

class Names implements Disposable {
  readonly stack: LibcStack = new LibcStack();

  resolve(name: string, family: number, timeout?: number): readonly [number, string[]] {
    const found: Uint8Array<ArrayBuffer>[] = [];
    const result = this.stack.resolve(name, family, found, timeout);
    return [result, found.map((address) => address.join("."))];
  }

  [Symbol.dispose](): void {
    this.stack.close();
  }
}

Deno.test({
  name: "resolve() finds the same within a time limit as without one",
  ignore: isElsewhere,
  fn: () => {
    using names = new Names();
    for (const name of ["localhost", "127.0.0.1", "", "a\0b", "a b", "x".repeat(64)]) {
      for (const family of [AF_UNSPEC, AF_INET]) {
        assertEquals(names.resolve(name, family, ENOUGH), names.resolve(name, family));
      }
    }
  },
});

Deno.test({
  name: "resolve() whose time is up goes on, and the next one for the name gets its answer",
  ignore: isElsewhere,
  fn: () => {
    using names = new Names();
    const all = names.resolve("localhost", AF_UNSPEC);
    assertEquals(names.resolve("localhost", AF_UNSPEC, 0), [-Errno.ETIMEDOUT, []]);
    assertEquals(names.resolve("localhost", AF_UNSPEC, ENOUGH), all);
  },
});

Deno.test({
  name: "resolve() refuses more lookups at a time than it may make",
  ignore: isElsewhere,
  fn: () => {
    using names = new Names();
    const results = new Set<number>();
    for (let index = 0; index < 64; index++) {
      results.add(names.resolve(`host-${index}.invalid`, AF_INET, 0)[0]);
    }
    assert(results.has(-Errno.ETIMEDOUT));
    assert(results.has(-Errno.EAGAIN));
    assertGreater(names.resolve("localhost", AF_INET)[0], 0);
  },
});
