/**
 * Several threads that serve on one port, each with a system of its own.
 *
 * @module
 */
import type { SocketAddress } from "../../ip.ts";
import type { System } from "../../kernel/system.ts";
import { Errno } from "../../linux/errno.ts";
import { SO_REUSEADDR, SO_REUSEPORT, SOCK_STREAM, SOL_SOCKET } from "../../linux/socket.ts";
import { encodeSockaddr, SockaddrStorage } from "../../linux/sockaddr.ts";
import { SocketAddress as Address } from "../../ip.ts";
import { type Attempt, attemptEach } from "../../net/attempts.ts";
import { failure } from "../../net/failure.ts";
import { familyOf } from "../../net/host_port.ts";
import { CommandError, optionValue, type ParsedArguments, UsageError } from "../command.ts";
import { DRAIN_TIME, WAIT } from "./serve.ts";
import type { ServerOptions } from "./server.ts";
import type { StopSignal } from "./stop_signal.ts";

/** What a worker is told first. */
export interface WorkerStart {
  /** The command's arguments. */
  readonly parsed: ParsedArguments;
  /** What to serve, and where. */
  readonly options: ServerOptions;
  /** Becomes 1 when it is to stop. */
  readonly stop: Int32Array<SharedArrayBuffer>;
}

/** What a worker says. */
export type WorkerReport =
  | { readonly kind: "listening" }
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly message: string };

/** Where the modules are that a worker loads. */
const LIBRARY = new URL("../../", import.meta.url);

/**
 * Checks that workers can be had.
 *
 * @param parsed The command's arguments.
 * @param stack The stack's name.
 * @throws {UsageError} If another stack than libc was asked for.
 * @throws {CommandError} If a permission is missing.
 */
export function checkWorkers(parsed: ParsedArguments, stack: string): void {
  if (stack !== "libc") {
    const wanted = optionValue(parsed, "stack");
    if (wanted !== undefined && wanted !== "auto") {
      throw new UsageError(
        `--workers needs --stack=libc: on the ${stack} stack threads cannot share a port`,
      );
    }
    throw new CommandError(
      `Cannot start workers on the ${stack} stack: threads share a port on Linux with --allow-ffi`,
    );
  }
  if (LIBRARY.protocol !== "file:") return;
  const { state } = Deno.permissions.querySync({ name: "read", path: LIBRARY });
  if (state === "granted") return;
  const path = decodeURIComponent(LIBRARY.pathname);
  throw new CommandError(
    `Cannot start workers: they load this program's own files, add --allow-read=${path}`,
  );
}

/** A port that is bound, so that nobody else gets it, but where nothing listens. */
export class HeldPort implements Disposable {
  /** The address, with the port that was chosen for port 0. */
  readonly address: SocketAddress;
  readonly #system: System;
  readonly #fd: number;

  /**
   * Binds a port that this process's own listeners can share from then on.
   *
   * @throws {NetError} If it cannot be had: also where another program shares it with its own.
   */
  constructor(system: System, address: string | SocketAddress) {
    const { fd } = attemptEach(system, address, {
      syscall: "bind",
      text: "listen on",
      attempt: (candidate) => attemptBind(system, candidate),
    });
    this.#system = system;
    this.#fd = fd;
    const name = new SockaddrStorage();
    const result = system.getsockname(fd, name);
    if (result < 0 || !(name.address instanceof Address)) {
      system.close(fd);
      const action = "get a socket's own address";
      throw failure(system, {
        syscall: "getsockname",
        result: Math.min(result, -Errno.EINVAL),
        action,
      });
    }
    this.address = name.address;
  }

  /** Gives the port up. */
  [Symbol.dispose](): void {
    this.#system.close(this.#fd);
  }
}

function attemptBind(system: System, address: SocketAddress): Attempt {
  const fd = system.socket(familyOf(address), SOCK_STREAM, 0);
  if (fd < 0) return { syscall: "socket", result: fd };
  const on = new Uint8Array(Int32Array.of(1).buffer);
  system.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, on, on.length);
  const result = system.bind(fd, encodeSockaddr(address));
  if (result < 0) {
    system.close(fd);
    return { syscall: "bind", result };
  }
  // Only now: what others share must not be shared with them.
  system.setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, on, on.length);
  return { syscall: "bind", result: fd };
}

/** Threads that serve. */
export class HttpWorkers {
  readonly #workers: readonly Worker[];
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));
  readonly #ended: Promise<void>[] = [];
  readonly #listening: Promise<void>[] = [];
  #fail: (error: Error) => void = () => {};
  /** Is rejected when a worker fails. */
  readonly failed: Promise<never> = new Promise((_, reject) => this.#fail = reject);

  /** Starts `count` workers. */
  constructor(count: number, start: Omit<WorkerStart, "stop">) {
    this.failed.catch(() => {});
    const url = new URL("./httpd_thread.ts", import.meta.url);
    this.#workers = Array.from({ length: count }, () => new Worker(url, { type: "module" }));
    for (const worker of this.#workers) {
      this.#follow(worker);
      worker.postMessage({ ...start, stop: this.#stop } satisfies WorkerStart);
    }
  }

  #follow(worker: Worker): void {
    const listening = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    this.#listening.push(listening.promise);
    this.#ended.push(ended.promise);
    const fail = (message: string) => {
      this.#fail(new CommandError(`A worker failed: ${message}`));
      ended.resolve();
    };
    worker.onmessage = ({ data }: MessageEvent<WorkerReport>) => {
      if (data.kind === "listening") listening.resolve();
      else if (data.kind === "ended") ended.resolve();
      else fail(data.message);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      fail(event.message);
    };
  }

  /** Waits until all listen. */
  async listening(): Promise<void> {
    await Promise.race([Promise.all(this.#listening), this.failed]);
  }

  /** Serves until a signal arrives; returns the exit status. */
  async serve(signal: StopSignal): Promise<number> {
    await Promise.race([signal.arrived, this.failed]);
    return signal.status ?? 1;
  }

  /** Ends the workers: in good order if they let themselves be told in time. */
  async stop(): Promise<void> {
    Atomics.store(this.#stop, 0, 1);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise((resolve) => timer = setTimeout(resolve, DRAIN_TIME + 4 * WAIT));
    await Promise.race([Promise.all(this.#ended), late]);
    clearTimeout(timer);
    for (const worker of this.#workers) worker.terminate();
  }
}
