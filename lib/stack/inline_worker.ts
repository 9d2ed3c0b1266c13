/**
 * Workers made of a function's own source.
 *
 * @module
 */

/**
 * Starts a worker that needs no permission to read files and does not keep the process alive.
 *
 * @param main What it runs. Its source text is sent, so that it may use nothing from outside itself but
 * the worker's global scope, which it is given.
 * @returns The worker.
 */
export function inlineWorker<Scope>(main: (scope: Scope) => void): Worker {
  const source = `(${main.toString()})(globalThis);`;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" });
  URL.revokeObjectURL(url);
  unrefWorker(worker);
  return worker;
}

/**
 * Lets the process end although a worker lives. `Worker` has no public method for it; Deno's own is the
 * one under an anonymous symbol.
 *
 * @param worker The worker.
 */
export function unrefWorker(worker: Worker): void {
  for (const symbol of Object.getOwnPropertySymbols(Worker.prototype)) {
    if (symbol.description) continue;
    const method: unknown = Reflect.get(worker, symbol);
    if (typeof method === "function") method.call(worker, false);
  }
}
