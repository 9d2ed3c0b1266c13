/**
 * Which paths a guest may name: Deno's read and write permissions, asked before `node:fs` is, since
 * a call of `node:fs` that Deno would have to decide prompts the person at the terminal.
 *
 * @module
 */
import { PathQuery } from "../policy/permission_query.ts";
import { permissionGeneration, permissionState } from "../policy/permissions.ts";

const ALL_PERMISSIONS = ["read", "write", "net", "env", "sys", "run", "ffi", "import"] as const;

// Deno opens these under --allow-read and --allow-write alone, the rest of /dev only under --allow-all.
const PLAIN_DEVICES: ReadonlySet<string> = new Set([
  "/dev/null",
  "/dev/random",
  "/dev/urandom",
  "/dev/zero",
]);

/** Answers about paths. What is granted as a whole is remembered until a permission is revoked. */
export class PathPermissions {
  readonly #read = new PathQuery("read");
  readonly #write = new PathQuery("write");
  #generation = -1;
  #unrestricted = false;
  #reading = false;
  #writing = false;

  /**
   * Whether this process has every permission there is (`--allow-all`): then Deno hands paths to the
   * system as they are and checks nothing.
   */
  unrestricted(): boolean {
    this.#refresh();
    return this.#unrestricted;
  }

  /** Whether a file at this absolute, normalized path may be read and looked up. */
  readable(path: string): boolean {
    this.#refresh();
    return this.#reading || granted(this.#read, path);
  }

  /** Whether every path may be read. */
  readsAll(): boolean {
    this.#refresh();
    return this.#reading;
  }

  /** Whether a file at this absolute, normalized path may be written, made and removed. */
  writable(path: string): boolean {
    this.#refresh();
    return this.#writing || granted(this.#write, path);
  }

  /**
   * Whether everything at this absolute, normalized path may be moved away: Deno lets a folder be
   * renamed although a part of it is denied, which then has another name.
   */
  movable(path: string): boolean {
    this.#refresh();
    return (this.#reading || this.#read.ask(path) === "granted") && this.replaceable(path);
  }

  /** Whether everything at this absolute, normalized path may be written, no part of it being denied. */
  replaceable(path: string): boolean {
    this.#refresh();
    return this.#writing || this.#write.ask(path) === "granted";
  }

  /**
   * Whether a directory is inside a grant to write that does not cover everything: names in it are
   * the guest's to choose, and one that may not be looked at could be a symbolic link to anywhere.
   */
  writesWithin(directory: string): boolean {
    this.#refresh();
    return !this.#writing && this.writable(directory);
  }

  /**
   * Whether every path may be read and written, which Deno demands of those who make symbolic links:
   * a link's target is a path that nobody has checked.
   */
  everywhere(): boolean {
    this.#refresh();
    return this.#reading && this.#writing;
  }

  /**
   * Whether a path leads into the system's own folders, where a file can be a piece of this process.
   * Deno demands --allow-all there, but for pipes among /dev/fd and for the terminal, neither of
   * which is the guest's.
   */
  reserved(path: string): boolean {
    return /^\/(?:dev|proc|sys)\//.test(path) && !PLAIN_DEVICES.has(path);
  }

  #refresh(): void {
    const generation = permissionGeneration();
    if (generation === this.#generation) return;
    this.#generation = generation;
    this.#reading = permissionState({ name: "read" }) === "granted";
    this.#writing = permissionState({ name: "write" }) === "granted";
    this.#unrestricted = ALL_PERMISSIONS.every((name) => permissionState({ name }) === "granted");
  }
}

/** Parts of a grant that are denied are asked for by their own paths. */
function granted(query: PathQuery, path: string): boolean {
  const state = query.ask(path);
  return state === "granted" || state === "partial";
}
