/**
 * A guest's current folder: the host's until the guest changes it, then its own.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { S_IFDIR, S_IFMT } from "../../linux/stat.ts";
import type { Bytes, OpenFile } from "../../stack/open_file.ts";
import { searchable } from "./file_access.ts";
import type { DirectoryPlace, FileState } from "./file_state.ts";
import { errnoOf, nodeFs } from "./node_fs.ts";
import type { PathResolver } from "./path_resolver.ts";

/** chdir(2), fchdir(2) and getcwd(2) of one guest. The host's own folder never changes. */
export class CurrentDirectory {
  readonly #resolver: PathResolver;
  readonly #state: FileState;

  /** Resolves by `resolver`, which starts relative paths at `state`'s directory. */
  constructor(resolver: PathResolver, state: FileState) {
    this.#resolver = resolver;
    this.#state = state;
  }

  /** Absolute path of the folder, null while it is the host's. */
  get path(): string | null {
    return this.#state.directory?.path ?? null;
  }

  /** chdir(2). */
  change(path: string | null): number {
    const use = { lookup: "follow", read: true, write: false } as const;
    const where = this.#resolver.resolve(null, path, use);
    if (typeof where === "number") return where;
    if (where.found === null) return -Errno.ENOENT;
    try {
      const place = where.last === "unknown" ? nodeFs().realpathSync(where.path) : where.path;
      const { mode, dev, ino } = where.found ?? nodeFs().statSync(place, { bigint: true });
      if ((Number(mode) & S_IFMT) !== S_IFDIR) return -Errno.ENOTDIR;
      return this.#enter({ path: place, dev: Number(dev), ino: BigInt.asUintN(64, ino) });
    } catch (error) {
      return errnoOf(error);
    }
  }

  /** fchdir(2); undefined for a descriptor that is not open. */
  changeTo(file: OpenFile | undefined): number {
    const place = this.#resolver.placeOf(file);
    if (typeof place === "number") return place;
    const gone = this.#resolver.checkPlace(place);
    return gone < 0 ? gone : this.#enter(place);
  }

  /** getcwd(2): the path with its NUL, and the bytes that it has. */
  read(buffer: Bytes | null, length: number): number {
    const { directory } = this.#state;
    const gone = directory === null ? 0 : this.#resolver.checkPlace(directory);
    if (gone < 0) return gone;
    let path: Uint8Array;
    try {
      path = new TextEncoder().encode(`${directory?.path ?? Deno.cwd()}\0`);
    } catch (error) {
      return errnoOf(error);
    }
    if (!(path.length <= length)) return -Errno.ERANGE;
    if (buffer === null) return -Errno.EFAULT;
    buffer.set(path);
    return path.length;
  }

  #enter(place: DirectoryPlace): number {
    const refused = searchable(place.path);
    if (refused < 0) return refused;
    this.#state.directory = place;
    return 0;
  }
}
