/**
 * Runs a WASI 0.2 component that may reach one address and nothing else, with its calls traced.
 *
 *     deno run --allow-read --allow-net examples/component_host.ts 127.0.0.1:7000 guest.wasm ARG…
 *
 * `vmsock run` runs components, too; a program of your own decides what each of them may do.
 *
 * @module
 */
import { Kernel, openStack, Policy, trace } from "@vmsock/vmsock";
import { Component, ComponentError, Trap, WasiHost } from "@vmsock/vmsock/wasi";

/**
 * Runs a component.
 *
 * @param address What it may connect to, as `HOST:PORT`; a rule's other forms do as well.
 * @param path Where the component is.
 * @param args Its arguments.
 * @returns Its exit status; 134, as a shell shows abort(3), if it traps.
 */
export async function runConfined(
  address: string,
  path: string,
  ...args: string[]
): Promise<number> {
  // Deno's permissions bound it as well: what --allow-net does not cover, no rule allows.
  const policy = new Policy({ allow: [`connect@${address}`] });
  using kernel = new Kernel(openStack("auto"), { policy });
  const system = trace(kernel, (text) => Deno.stderr.writeSync(new TextEncoder().encode(text)));

  const component = await Component.compile(Deno.readFileSync(path));
  using host = new WasiHost({ system, args: [path, ...args] });
  try {
    return host.run(component);
  } catch (error) {
    if (!(error instanceof Trap || error instanceof ComponentError)) throw error;
    Deno.stderr.writeSync(new TextEncoder().encode(`${error.message}\n`));
    return 134;
  }
}

if (import.meta.main) {
  const [address, path, ...args] = Deno.args;
  if (address === undefined || path === undefined) throw new Error("usage: HOST:PORT FILE ARG…");
  Deno.exit(await runConfined(address, path, ...args));
}
