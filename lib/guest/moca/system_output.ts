/**
 * Where a script's output goes.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import { Errno, errnoMessage } from "../../linux/errno.ts";
import { POLLOUT } from "../../linux/poll.ts";
import { runtimeError } from "../../moca/error.ts";
import type { ScriptOutput } from "./process.ts";

/**
 * Output that goes to a system's own descriptors 1 and 2.
 *
 * @param system The system.
 * @returns The function; it throws a `MocaTrap` if the descriptor cannot be written to.
 *
 * @example
 * ```ts
 * import { runScript, systemOutput } from "@vmsock/vmsock/moca";
 * import { Kernel, openStack } from "@vmsock/vmsock/kernel";
 * import { assertEquals } from "@std/assert";
 *
 * let text = "";
 * const stdout = (bytes: Uint8Array) => (text += new TextDecoder().decode(bytes), bytes.length);
 * using system = new Kernel(openStack("auto"), { stdio: { stdout } });
 * runScript(`print("through the kernel");`, { system, output: systemOutput(system) });
 * assertEquals(text, "through the kernel\n");
 * ```
 */
export function systemOutput(system: System): ScriptOutput {
  return (fd, bytes) => {
    for (let written = 0; written < bytes.byteLength;) {
      const rest = bytes.subarray(written);
      const result = system.write(fd, rest, rest.byteLength);
      if (result >= 0) written += result;
      else if (result === -Errno.EAGAIN) {
        // Whoever shares it may have made it non-blocking.
        system.poll([{ fd, events: POLLOUT, revents: 0 }], -1);
      } else if (result !== -Errno.EINTR) {
        const name = fd === 1 ? "output" : "error";
        throw runtimeError(`cannot write to standard ${name}: ${errnoMessage(result)}`);
      }
    }
  };
}
