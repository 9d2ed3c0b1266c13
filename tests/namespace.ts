/**
 * Network namespaces for tests that need root: each runs a program in one of its own, so that nothing
 * of the machine's network is touched.
 */

function isThere(): string | null {
  if (Deno.build.os !== "linux") return "network namespaces are Linux's";
  if (Deno.uid() !== 0) return "making a network namespace needs root";
  try {
    const { success } = new Deno.Command("unshare", { args: ["-n", "true"], stderr: "null" })
      .outputSync();
    return success ? null : "unshare -n is not allowed here";
  } catch {
    return "unshare(1) is not installed";
  }
}

/** Why no namespace can be made here; null if one can. */
export const NO_NAMESPACE: string | null = isThere();

/** Registers a test that is skipped, saying why, where no namespace can be made. */
export function namespaceTest(name: string, run: () => Promise<void>): void {
  const ignore = NO_NAMESPACE !== null;
  Deno.test({ name: ignore ? `${name} (skipped: ${NO_NAMESPACE})` : name, ignore, fn: run });
}

/** Runs a program in a network namespace of its own; returns what it printed. */
export async function runInNamespace(program: URL, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("unshare", {
    args: ["-n", Deno.execPath(), "run", "-A", program.pathname, ...args],
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (success) return text;
  throw new Error(`${program.pathname} failed:\n${text}${new TextDecoder().decode(stderr)}`);
}
