/**
 * What `vmsock httpd` does: serves files until it is told to stop.
 *
 * @module
 */
import { parseIpAddress, type SocketAddress } from "../../ip.ts";
import type { System } from "../../kernel/system.ts";
import { AT_FDCWD } from "../../linux/fcntl.ts";
import { FileStatus } from "../../linux/stat.ts";
import { NetError } from "../../net/error.ts";
import { failureReason } from "../../net/failure.ts";
import { CommandError, type Invocation, optionValue, type Session } from "../command.ts";
import { print } from "../output.ts";
import { isDirectory } from "./document_root.ts";
import { type HttpdOptions, listenAddress, parseHttpdOptions } from "./httpd_options.ts";
import { serve } from "./serve.ts";
import { HttpServer } from "./server.ts";
import { lanUrl, localUrl } from "./server_url.ts";
import { StopSignal } from "./stop_signal.ts";
import { checkWorkers, HeldPort, HttpWorkers } from "./workers.ts";

/** The flag that is missing to read a path, if it is one. */
function missingFlag(path: string): string | null {
  const { state } = Deno.permissions.querySync({ name: "read", path });
  return state === "granted" ? null : `--allow-read=${path}`;
}

/**
 * Checks that there is a folder to serve.
 *
 * @throws {CommandError} If it cannot be read.
 */
function checkRoot(system: System, root: string): void {
  const status = new FileStatus();
  const result = system.fstatat(AT_FDCWD, root, status, 0);
  if (result < 0) {
    const flag = missingFlag(root);
    const hint = flag === null ? "; name another folder with --root" : `, add ${flag}`;
    throw new CommandError(`Cannot serve ${root}: ${failureReason(system, result)}${hint}`);
  }
  if (!isDirectory(status)) {
    throw new CommandError(`Cannot serve ${root}: it is no folder; name one with --root`);
  }
}

/** Says where the server is to be found. */
type Announce = (address: SocketAddress) => void;

function announcer(invocation: Invocation, stack: string, { root }: HttpdOptions): Announce {
  // The user stack's own address: this machine reaches it by no other.
  const [own = ""] = (optionValue(invocation, "address") ?? "").split("/");
  const ownIp = stack === "user" ? parseIpAddress(own) : null;
  return (address) => {
    const url = ownIp === null ? localUrl(address) : localUrl(address, ownIp);
    print("stderr", `Serving ${root} at ${url} (Ctrl-C stops)\n`);
    if (ownIp !== null) return;
    lanUrl(address).then((url) => {
      if (url !== null) print("stderr", `On the local network: ${url}\n`);
    });
  };
}

async function serveAlone(
  { system }: Session,
  options: HttpdOptions,
  signal: StopSignal,
  announce: Announce,
): Promise<number> {
  const address = listenAddress(options);
  using server = new HttpServer(system, { ...options, address, sharesPort: false });
  announce(server.address);
  return await serve(server, signal);
}

async function serveTogether(
  invocation: Invocation,
  session: Session,
  options: HttpdOptions,
  signal: StopSignal,
  announce: Announce,
): Promise<number> {
  checkWorkers(invocation, session.stack);
  using held = new HeldPort(session.system, listenAddress(options));
  const { operands, options: given } = invocation;
  const workers = new HttpWorkers(options.workers, {
    parsed: { operands, options: given },
    options: { ...options, address: String(held.address), sharesPort: true },
  });
  try {
    await workers.listening();
    announce(held.address);
    return await workers.serve(signal);
  } finally {
    await workers.stop();
  }
}

/** Runs `vmsock httpd`. */
export async function runHttpd(invocation: Invocation): Promise<number> {
  const options = parseHttpdOptions(invocation);
  using session = await invocation.openSession();
  checkRoot(session.system, options.root);
  const announce = announcer(invocation, session.stack, options);
  using signal = new StopSignal();
  try {
    return options.workers === 1
      ? await serveAlone(session, options, signal, announce)
      : await serveTogether(invocation, session, options, signal, announce);
  } catch (error) {
    if (!(error instanceof NetError) || error.kind !== "AddrInUse") throw error;
    throw new CommandError(`${error.message}; choose another port with --port`);
  }
}
