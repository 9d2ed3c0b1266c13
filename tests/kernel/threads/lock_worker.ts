/**
 * A thread that waits for a lock.
 *
 * @module
 */
import { Lock } from "../../../lib/kernel/threads/lock.ts";

const tell = (text: string): void =>
  (self as unknown as { postMessage(text: string): void }).postMessage(text);

addEventListener("message", (event) => {
  const { data: words } = event as MessageEvent<Int32Array<SharedArrayBuffer>>;
  const thread = { index: 1, isAlive: () => true };
  const lock = new Lock({ name: "table", words, index: 3, thread, order: null });
  tell("waiting");
  lock.acquire();
  // Not an atomic step: the lock makes it one.
  words[0] = (words[0] as number) + 1;
  lock.release();
  tell("done");
  close();
});
