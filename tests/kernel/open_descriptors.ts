/**
 * The descriptors of this process, which Deno's own sanitizers do not see.
 *
 * @module
 */

/**
 * What each open descriptor of this process is, sorted: `socket:[…]` without its number, paths as
 * they are. Two lists that are equal mean that nothing was left open.
 */
export function openDescriptors(): string[] {
  const found: string[] = [];
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      found.push(Deno.readLinkSync(`/proc/self/fd/${name}`).replace(/\[\d+\]/, "[]"));
    } catch (error) {
      // The descriptor that the listing itself used.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return found.sort();
}

/** Why descriptors cannot be counted here; null if they can. */
export function whyNoDescriptors(): string | null {
  return Deno.build.os === "linux" ? null : "needs Linux's /proc";
}
