/**
 * HTTP over TLS: Deno's, in a thread of its own, which the caller's thread waits for.
 *
 * @module
 */
import { Errno, errnoMessage, errnoName } from "../../linux/errno.ts";
import { permissionState } from "../../kernel/policy/permissions.ts";
import type { System } from "../../kernel/system.ts";
import { NetError } from "../../net/error.ts";
import { type HttpConnection, timedOut } from "./connection.ts";
import { HttpError } from "./error.ts";
import type { HttpUrl } from "./http_url.ts";
import type { TimeLimit } from "./time_limit.ts";
import {
  serveTls,
  TLS_DATA_SIZE,
  type TlsFailure,
  type TlsMemory,
  type TlsRequest,
  TlsWord,
} from "./tls_worker.ts";

/** A handshake that failed: the peer speaks no TLS, or nothing vouches for it. */
export class TlsError extends Error {
  /** `TlsError`. */
  override readonly name: string = "TlsError";
}

/** What was attempted, and the call that an error names. */
const STEPS: Readonly<Record<TlsFailure["step"], readonly [syscall: string, verb: string]>> = {
  connect: ["connect", "connect to"],
  handshake: ["connect", "agree on TLS with"],
  read: ["recv", "read from"],
  write: ["send", "write to"],
};

/** A connection that Deno encrypts. Deno's permissions and authorities (`--cert`) hold. */
export class TlsConnection implements HttpConnection {
  readonly #limit: TimeLimit;
  readonly #worker: Worker;
  readonly #memory: TlsMemory;
  #peer: string;

  private constructor(address: string, limit: TimeLimit) {
    this.#limit = limit;
    this.#peer = address;
    this.#memory = {
      control: new Int32Array(new SharedArrayBuffer(4 * TlsWord.count)),
      data: new Uint8Array(new SharedArrayBuffer(TLS_DATA_SIZE)),
    };
    // From a Blob URL: a file's would need --allow-read.
    const blob = new Blob([`(${serveTls})(globalThis);`], { type: "text/javascript" });
    const url = URL.createObjectURL(blob);
    this.#worker = new Worker(url, { type: "module" });
    URL.revokeObjectURL(url);
    this.#post({ operation: "start", memory: this.#memory, words: TlsWord });
  }

  /**
   * Connects to a URL's server and agrees on keys.
   *
   * @param _system Not used: Deno makes the connection itself.
   * @throws {NetError} If no connection can be made in time, or Deno's permissions refuse it.
   * @throws {TlsError} If the handshake fails.
   */
  static connect(_system: System, url: HttpUrl, limit: TimeLimit): TlsConnection {
    // Asked, not tried: connecting would prompt on a terminal.
    if (permissionState({ name: "net", host: url.address }) !== "granted") {
      throw connectError(url.address, "EACCES", `, add --allow-net=${url.address}`);
    }
    const connection = new TlsConnection(url.address, limit);
    try {
      const { hostname, port } = url;
      const length = connection.#request("connect", { operation: "connect", hostname, port });
      connection.#peer = connection.#text(length);
      return connection;
    } catch (error) {
      connection[Symbol.dispose]();
      throw error;
    }
  }

  /** The peer's address. */
  get peer(): string {
    return this.#peer;
  }

  /** Waits for bytes, within the limit. */
  read(buffer: Uint8Array): number {
    const length = Math.min(buffer.byteLength, TLS_DATA_SIZE);
    const count = this.#request("read", { operation: "read", length });
    buffer.set(this.#memory.data.subarray(0, count));
    return count;
  }

  /** Writes all bytes, within the limit. */
  write(data: Uint8Array): void {
    for (let start = 0; start < data.byteLength; start += TLS_DATA_SIZE) {
      const part = data.subarray(start, start + TLS_DATA_SIZE);
      this.#memory.data.set(part);
      this.#request("write", { operation: "write", length: part.byteLength });
    }
  }

  /** Ends the thread and with it the connection. */
  [Symbol.dispose](): void {
    this.#worker.terminate();
  }

  #post(request: TlsRequest): void {
    this.#worker.postMessage(request);
  }

  #request(step: TlsFailure["step"], request: TlsRequest): number {
    const { control } = this.#memory;
    const wait = this.#limit.next();
    Atomics.store(control, TlsWord.answered, 0);
    this.#post(request);
    const left = wait === null ? Infinity : Math.max(0, wait.left);
    const answer = Atomics.wait(control, TlsWord.answered, 0, left);
    if (answer === "timed-out" && wait !== null) {
      const [syscall, verb] = STEPS[step];
      throw timedOut(syscall, `${verb} ${this.#peer}`, wait);
    }
    const result = Atomics.load(control, TlsWord.result);
    if (result >= 0) return result;
    throw failureError(this.#peer, JSON.parse(this.#text(Atomics.load(control, TlsWord.length))));
  }

  #text(length: number): string {
    return new TextDecoder().decode(this.#memory.data.slice(0, length));
  }
}

function connectError(address: string, code: keyof typeof Errno, more = ""): NetError {
  const errno = Errno[code];
  const reason = `${errnoMessage(errno)} (${errnoName(errno)})`;
  return new NetError(`Cannot connect to ${address}: ${reason}${more}`, {
    syscall: "connect",
    errno,
  });
}

function failureError(peer: string, failure: TlsFailure): Error {
  const { step, name, code, message } = failure;
  const [syscall, verb] = STEPS[step];
  const errno = code !== undefined && code in Errno ? Errno[code as keyof typeof Errno] : 0;
  if (step === "handshake" && errno === 0) {
    return new TlsError(`Cannot ${verb} ${peer}: ${message}${advice(message)}`);
  }
  if (step === "read" && name === "UnexpectedEof") {
    // Without TLS's own end (RFC 8446 section 6.1) somebody in between may have cut it off.
    return new HttpError("the connection ended without the end that TLS has", "truncated");
  }
  const lookup = /^failed to lookup address information: (.*)/.exec(message);
  if (lookup !== null) {
    const host = peer.slice(0, peer.lastIndexOf(":"));
    return new NetError(`Cannot resolve ${host}: ${lookup[1]}`, {
      syscall: "resolve",
      errno: Errno.ENOENT,
    });
  }
  if (name === "NotCapable") return connectError(peer, "EACCES", `: ${message}`);
  const reason = errno === 0 ? message : `${errnoMessage(errno)} (${errnoName(errno)})`;
  return new NetError(`Cannot ${verb} ${peer}: ${reason}`, { syscall, errno });
}

/** What may be done about a handshake that failed. */
function advice(message: string): string {
  if (message.includes("UnknownIssuer")) {
    return "; deno run --cert=FILE adds the authority that signed it";
  }
  return "";
}
