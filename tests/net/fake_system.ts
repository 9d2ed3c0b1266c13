/**
 * A `System` whose answers a test gives, for results that a real one cannot be made to return.
 *
 * @module
 */
import type { System } from "../../lib/kernel/system.ts";
import { Errno } from "../../lib/linux/errno.ts";

/** A system and the calls that were made on it. */
export interface FakeSystem {
  /** The system. */
  readonly system: System;
  /** Names of the calls in order, with the descriptor where there is one: `connect(3)`. */
  readonly calls: string[];
}

/**
 * Makes a system of some calls. `socket` gives 3, 4, …; `close` gives 0; others are −ENOSYS.
 *
 * @param answers The calls that do something else.
 */
export function fakeSystem(answers: Partial<System>): FakeSystem {
  const calls: string[] = [];
  let next = 3;
  const defaults: Partial<System> = {
    socket: () => next++,
    close: () => 0,
    takeDenial: () => null,
  };
  const target: Partial<System> = { ...defaults, ...answers };
  const system = new Proxy(target, {
    get(_target, name: keyof System): unknown {
      if (name === "keepsLookups") return target.keepsLookups;
      const answer = target[name] ?? (() => -Errno.ENOSYS);
      return (...args: unknown[]) => {
        if (name !== "takeDenial") {
          calls.push(
            typeof args[0] === "number" && name !== "socket" ? `${name}(${args[0]})` : name,
          );
        }
        return Reflect.apply(answer, target, args);
      };
    },
  });
  return { system: system as System, calls };
}

/** Answers given one after the other; the last one for ever. */
export function sequence(...answers: readonly number[]): () => number {
  let index = 0;
  return () => answers[Math.min(index++, answers.length - 1)] as number;
}
