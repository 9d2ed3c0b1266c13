/**
 * The demo's web server: a worker, since the guest makes the main thread wait. It is made from a Blob
 * URL, which needs no `--allow-read` as a file's would.
 *
 * @module
 */
import { CommandError } from "./command.ts";

/** A server that answers one request. */
export interface LoopbackServer extends Disposable {
  /** Its port on 127.0.0.1. */
  readonly port: number;
}

/**
 * The worker's whole program; its source is what runs, so that it must use nothing from outside. Every
 * request gets `body`.
 */
async function serve(body: string): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  Reflect.apply(Reflect.get(globalThis, "postMessage"), globalThis, [listener.addr.port]);
  const buffer = new Uint8Array(4096);
  for await (const connection of listener) {
    let request = "";
    while (!request.includes("\r\n\r\n")) {
      const count = await connection.read(buffer);
      if (count === null) break;
      request += new TextDecoder().decode(buffer.subarray(0, count));
    }
    const head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" +
      `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
    const response = new TextEncoder().encode(head + body);
    for (let sent = 0; sent < response.length;) {
      sent += await connection.write(response.subarray(sent));
    }
    connection.close();
  }
}

/**
 * Starts the server.
 *
 * @param body What it answers, ASCII.
 * @throws {CommandError} If it may not listen.
 */
export async function startLoopbackServer(body: string): Promise<LoopbackServer> {
  // Asked, not tried: listening would prompt on a terminal.
  const { state } = Deno.permissions.querySync({ name: "net", host: "127.0.0.1" });
  if (state !== "granted") {
    throw new CommandError("Cannot listen on 127.0.0.1: Permission denied, add --allow-net");
  }
  const source = `(${serve})(${JSON.stringify(body)})`;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" });
  URL.revokeObjectURL(url);
  const port = await new Promise<number>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new CommandError(`Cannot start the demo's server: ${event.message}`));
    };
  });
  return { port, [Symbol.dispose]: () => worker.terminate() };
}
