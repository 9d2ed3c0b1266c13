/** Calls that are made again when they end for a reason that is none of the script's. */
import { assertEquals } from "@std/assert";
import { runScript } from "../../../lib/guest/moca/mod.ts";
import { Kernel } from "../../../lib/kernel/kernel.ts";
import type { System } from "../../../lib/kernel/system.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { openStack } from "../../../lib/stack/open.ts";
import { STACKS } from "./run_on.ts";

/** A system whose call of a name gives these results first, one after the other. */
function interrupted(system: System, name: keyof System, results: number[]): System {
  return new Proxy(system, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== "function") return value;
      if (property !== name) return value.bind(target);
      return (...args: unknown[]) => {
        const result = results.shift();
        // A connection goes on being made after a signal.
        if (result !== undefined && name !== "connect") return result;
        const real: unknown = Reflect.apply(value, target, args);
        return result ?? real;
      };
    },
  });
}

const CONNECTED = `let l = socket(2, 1); bind(l, "127.0.0.1", 0);
  let c = socket(2, 1); print(connect(c, "127.0.0.1", getsockname(l).port)); let s = accept(l);
  print(s); print(write_str(c, "abc", 3)); print(read(s, 9)); close(c); print(len(read(s, 9)));`;

const { EAGAIN, ECONNABORTED, EINTR } = Errno;

for (const stack of STACKS) {
  for (
    const [name, results] of [
      ["accept", [-ECONNABORTED]],
      ["accept", [-EINTR, -ECONNABORTED, -ECONNABORTED, -EINTR]],
      ["accept", [-EAGAIN, -ECONNABORTED]],
      ["connect", [-EINTR]],
      ["recv", [-EINTR, -EAGAIN, -EINTR]],
      ["send", [-EINTR, -EINTR]],
      ["poll", [-EINTR, -EINTR]],
    ] as const
  ) {
    for (const timeout of [undefined, 20_000]) {
      const limit = timeout === undefined ? "" : " under a time limit";
      Deno.test(`[${stack}] ${name}() goes on after ${results}${limit}`, () => {
        let text = "";
        using kernel = new Kernel(openStack(stack));
        const left = [...results];
        const { error } = runScript(CONNECTED, {
          system: interrupted(kernel, name, left),
          output: (_fd, bytes) => void (text += new TextDecoder().decode(bytes)),
          ...(timeout === undefined ? {} : { timeout }),
        });
        assertEquals([text, error], ["0\n5\n3\nabc\n0\n", null]);
        // poll(2) is asked only where a call must not wait by itself.
        if (name !== "poll" || (timeout !== undefined && stack === "libc")) {
          assertEquals(left, []);
        }
      });
    }
  }
}
