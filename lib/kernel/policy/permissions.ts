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

/**
 * A number that changes whenever {@linkcode revokePermissions} has run: an answer that was cached
 * under another generation has to be asked again.
 *
 * It counts within one thread. A permission cannot be granted or refused between two calls otherwise
 * than by this process's own doing, so that nothing has to be polled.
 *
 * @returns The generation, from 0.
 */
export function permissionGeneration(): number {
  return generation;
}

/**
 * Revokes a permission of this process, as `Deno.permissions.revokeSync` does, and voids what kernels
 * in this thread remember of it.
 *
 * Use it instead of `Deno.permissions.revokeSync` while a kernel exists: checking every call against
 * Deno would cost more than most calls, so kernels keep answers until this function runs. Deno never
 * revokes a part of an unscoped grant (`--allow-read` without a path stays whole when
 * `{ name: "read", path }` is revoked); the returned state tells. Workers share the grant that is
 * revoked, yet kernels in other threads keep the answers they already have.
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
  // Also where revokeSync throws: the cost is one more question, the other order would be a hole.
  generation++;
  return Deno.permissions.revokeSync(descriptor).state;
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
