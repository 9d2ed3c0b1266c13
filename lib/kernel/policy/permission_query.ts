/**
 * Questions to `Deno.permissions` about hosts and paths that a guest names.
 *
 * Deno keeps an object for every question that was ever asked (2.9.6: 425 bytes each, for as long as
 * the thread lives), so that a guest could use up memory by naming one address after the other. Its
 * key is read from the descriptor a second time, after the answer: the descriptors here give Deno the
 * same text for all questions then. It also makes a question cost 1.6 µs instead of 4 µs.
 *
 * Should a later Deno read in another order, the text that it takes for the question is one that it
 * cannot parse, and the answer is `denied`.
 *
 * @module
 */
import { type PermissionAnswer, permissionState } from "./permissions.ts";

/** Asks for hosts, in the words of `--allow-net`. */
export class HostQuery implements Deno.NetPermissionDescriptor {
  /** Name of the permission. */
  readonly name = "net";
  #host = "";
  #isRead = true;

  /** For Deno: the host once, then a text that is none. */
  get host(): string {
    if (this.#isRead) return ".";
    this.#isRead = true;
    return this.#host;
  }

  /**
   * What Deno says about a host.
   *
   * @param host `127.0.0.1:80`, `[::1]`, `example.com:443`, `unix:/run/x.sock`, …
   */
  ask(host: string): PermissionAnswer {
    this.#host = host;
    this.#isRead = false;
    return permissionState(this);
  }
}

/** Asks for paths, in the words of `--allow-read` or `--allow-write`. */
export class PathQuery {
  /** Name of the permission. */
  readonly name: "read" | "write";
  #path = "";
  #isFormed = true;
  #isRead = true;

  /**
   * Makes a question.
   *
   * @param name Which of the two permissions.
   */
  constructor(name: "read" | "write") {
    this.name = name;
  }

  /** For Deno: the path until it has put it into its own form and read that, then an empty text. */
  get path(): string {
    if (!this.#isFormed) return this.#path;
    if (this.#isRead) return "";
    this.#isRead = true;
    return this.#path;
  }

  set path(value: string) {
    this.#path = value;
    this.#isFormed = true;
    this.#isRead = false;
  }

  /**
   * What Deno says about a path.
   *
   * @param path Absolute, or relative to the current folder.
   */
  ask(path: string): PermissionAnswer {
    this.#path = path;
    this.#isFormed = false;
    return permissionState(this);
  }
}
