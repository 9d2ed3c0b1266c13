/**
 * A server that uses our own blocking sockets, in a process of its own, for what Deno's cannot do.
 *
 * @module
 */

/** A server on 127.0.0.1. */
export interface GuestServer extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
}

/**
 * Starts a server.
 *
 * @param program TypeScript that serves `listener`, a `TcpListener` with no room in its queue but for
 * one connection. Its standard input ends when the server is disposed of.
 */
export async function startGuestServer(program: string): Promise<GuestServer> {
  const source = `
    import { TcpListener, TcpStream } from ${JSON.stringify(import.meta.resolve("../../mod.ts"))};
    const listener = TcpListener.bind("127.0.0.1:0", { backlog: 0 });
    console.log(String(listener.localAddr()));
    ${program}
  `;
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-net",
      "--allow-ffi",
      `data:text/typescript,${encodeURIComponent(source)}`,
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = process.stdout.getReader();
  const { value } = await reader.read();
  return {
    address: new TextDecoder().decode(value).trim(),
    async [Symbol.asyncDispose]() {
      await process.stdin.close();
      await reader.cancel();
      await process.status;
    },
  };
}
