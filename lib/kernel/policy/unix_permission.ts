/**
 * What Deno's permissions say about addresses of AF_UNIX.
 *
 * @module
 */
import { errnoOf, nodeFs } from "../files/node_fs.ts";
import type { NetPermission } from "./net_permission.ts";
import { PathPermissions } from "../files/path_permissions.ts";
import { PathResolver } from "../files/path_resolver.ts";
import { permissionState } from "./permissions.ts";

/**
 * Permissions for socket files and abstract names.
 *
 * A socket file needs what `Deno.connect` and `Deno.listen` ask for with `transport: "unix"`: to read
 * and to write its path, and net for `unix:` and the path (Deno 2.9.6). Deno looks at the path as it
 * is given and nothing else; here the place where symbolic links lead needs the same. Abstract names,
 * which Deno does not have, need all three without a restriction.
 */
export class UnixPermission {
  readonly #net: NetPermission;
  readonly #permissions = new PathPermissions();
  readonly #resolver = new PathResolver(this.#permissions);

  /**
   * Makes the permissions.
   *
   * @param net Where to ask about the net.
   */
  constructor(net: NetPermission) {
    this.#net = net;
  }

  /** Whether this process has every permission there is, under which Deno checks no path. */
  get isUnrestricted(): boolean {
    return this.#permissions.unrestricted();
  }

  /**
   * The flag that is missing for a socket file, or null.
   *
   * @param path An absolute, normalized path.
   */
  missingForPath(path: string): string | null {
    if (this.isUnrestricted) return null;
    if (this.#permissions.reserved(path)) return "--allow-all";
    if (!this.#permissions.readable(path)) return `--allow-read=${path}`;
    if (!this.#permissions.writable(path)) return `--allow-write=${path}`;
    switch (this.#net.host(`unix:${path}`)) {
      case "granted":
        return null;
      case "prompt":
        return `--allow-net=unix:${path}`;
      default:
        return `--deny-net covers unix:${path}`;
    }
  }

  /** The flags that are missing for abstract names, or null. */
  missingForAbstract(): string | null {
    const missing = (["net", "read", "write"] as const)
      .filter((name) => permissionState({ name }) !== "granted");
    return missing.length === 0 ? null : missing.map((name) => `--allow-${name}`).join(" ");
  }

  /**
   * Where a path leads.
   *
   * @param path The path as the guest gives it.
   * @param isBound Whether a socket file is about to be made: its last component is not followed then.
   * @returns An absolute path without symbolic links, as far as this process may see them; or a negated
   * errno for the way, −EACCES where Deno's permissions close it.
   */
  resolve(path: string, isBound: boolean): string | number {
    if (this.isUnrestricted) {
      try {
        return realPath(path, isBound);
      } catch (error) {
        return errnoOf(error);
      }
    }
    const resolved = this.#resolver.resolve(null, path, {
      lookup: isBound ? "parent" : "follow",
      read: false,
      write: false,
    });
    return typeof resolved === "number" ? resolved : resolved.path;
  }
}

/**
 * A path from the root, without `.`, `..` and empty components: as Deno compares paths.
 *
 * @param path The path; relative ones start at the current folder.
 * @throws If there is no current folder any more.
 */
export function normalizePath(path: string): string {
  const whole = path.startsWith("/") ? path : `${Deno.cwd()}/${path}`;
  const names: string[] = [];
  for (const name of whole.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return `/${names.join("/")}`;
}

/** The real path under `--allow-all`, where Deno gives paths to the system as they are. */
function realPath(path: string, isBound: boolean): string {
  const { realpathSync } = nodeFs();
  if (!isBound) return realpathSync.native(path);
  const slash = path.lastIndexOf("/");
  const folder = realpathSync.native(path.slice(0, slash + 1) || ".");
  return `${folder === "/" ? "" : folder}/${path.slice(slash + 1)}`;
}
