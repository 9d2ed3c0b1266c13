/**
 * Deno's permissions, asked without ever prompting, and a generation number that tells when cached
 * answers have become void.
 *
 * @module
 */

/**
 * What Deno says about a permission: `granted`; `partial` where it is granted except for a part that
 * a deny flag takes out; `prompt` where nobody has decided yet; `denied`.
 */
export type PermissionAnswer = "granted" | "partial" | "prompt" | "denied";

let generation = 0;

/** Generations that this thread shares with others; see {@linkcode shareGeneration}. */
const shared: Int32Array<SharedArrayBuffer>[] = [];

/**
 * A number that changes whenever {@linkcode revokePermissions} has run: an answer that was cached
 * under another generation has to be asked again.
 *
 * It counts within one thread, and within those that share a process by `Kernel.share`. A permission cannot be granted or refused between two calls otherwise
 * than by this process's own doing, so that nothing has to be polled.
 *
 * @returns The generation, from 0.
 */
export function permissionGeneration(): number {
  return shared.length === 0 ? generation : sharedGeneration();
}

/** The sum of all, each of which only grows. */
function sharedGeneration(): number {
  return shared.reduce((sum, cell) => sum + Atomics.load(cell, 0), generation);
}

/**
 * The memory by which threads hear of each other's {@linkcode revokePermissions}; for the kernel.
 *
 * @param memory What another thread shares; default: this thread's own, which is made on first use.
 * @returns The memory.
 */
export function shareGeneration(memory?: SharedArrayBuffer): SharedArrayBuffer {
  const known = memory === undefined ? shared[0] : shared.find(({ buffer }) => buffer === memory);
  if (known !== undefined) return known.buffer;
  const cell = new Int32Array(memory ?? new SharedArrayBuffer(4));
  shared.push(cell);
  return cell.buffer;
}

/**
 * Revokes a permission of this process, as `Deno.permissions.revokeSync` does, and voids what kernels
 * in this thread remember of it.
 *
 * Use it instead of `Deno.permissions.revokeSync` while a kernel exists: checking every call against
 * Deno would cost more than most calls, so kernels keep answers until this function runs. Deno never
 * revokes a part of an unscoped grant (`--allow-read` without a path stays whole when
 * `{ name: "read", path }` is revoked); the returned state tells. Workers share the grant that is
 * revoked; kernels in threads of the same process by `Kernel.share` ask anew, others keep the answers they
 * already have.
 *
 * @param descriptor The permission to revoke, in the words of `Deno.permissions`.
 * @returns Its state afterwards: `prompt` where it was revoked.
 * @throws {TypeError} If the descriptor is malformed.
 *
 * @example
 * ```ts
 * import { revokePermissions } from "@vmsock/vmsock/kernel";
 * import { assertNotEquals } from "@std/assert";
 *
 * // Before a guest runs: the program itself has read what it needs.
 * assertNotEquals(revokePermissions({ name: "read" }), "granted");
 * ```
 */
export function revokePermissions(
  descriptor: Deno.PermissionDescriptor,
): Deno.PermissionState {
  try {
    return Deno.permissions.revokeSync(descriptor).state;
  } finally {
    // Afterwards, lest another thread asks anew too early; also where it throws, which costs no more
    // than one more question.
    generation++;
    for (const cell of shared) Atomics.add(cell, 0, 1);
  }
}

/**
 * The state of a permission, without a prompt.
 *
 * @param descriptor The permission, in the words of `Deno.permissions`.
 * @returns The state; `denied` also where Deno cannot parse the question, since what it cannot
 * parse it cannot have granted.
 */
export function permissionState(descriptor: Deno.PermissionDescriptor): PermissionAnswer {
  try {
    const status = Deno.permissions.querySync(descriptor);
    return status.state === "granted" && status.partial ? "partial" : status.state;
  } catch {
    return "denied";
  }
}
