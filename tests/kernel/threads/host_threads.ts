/**
 * The threads of this process, as the host knows them.
 *
 * @module
 */

/** The host's number of this thread; 0 where Deno's permissions do not cover /proc. */
export function ownThreadId(): number {
  try {
    return Number(Deno.readLinkSync("/proc/thread-self").split("/").at(-1));
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return 0;
    throw error;
  }
}

/** Whether this process has a thread with a number. */
export function isThread(threadId: number): boolean {
  try {
    Deno.statSync(`/proc/self/task/${threadId}`);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Number of the system call that a thread is inside of; −1 for none. */
export function currentCall(threadId: number): number {
  const text = Deno.readTextFileSync(`/proc/self/task/${threadId}/syscall`);
  return text.startsWith("running") ? -1 : Number(text.split(" ", 1)[0]);
}

/** Lets workers tell what they have to tell. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

/**
 * Makes Deno open what it would open at some later time: a pair of sockets by which it hears of
 * signals. Who counts descriptors has to have it behind him.
 */
export function openSignalSockets(): void {
  const listener = (): void => {};
  Deno.addSignalListener("SIGUSR2", listener);
  Deno.removeSignalListener("SIGUSR2", listener);
}
