/**
 * How a process that had one thread comes to have several.
 *
 * @module
 */
import type { Rlimit } from "../../linux/resource.ts";
import type { OpenFile } from "../../stack/open_file.ts";
import type { HostFiles, Stack } from "../../stack/stack.ts";
import type { DescriptorTable } from "../descriptor_table.ts";
import type { LocalFileState } from "../files/file_state.ts";
import { StdioFile, type StdioOptions } from "../files/stdio.ts";
import { permissionState, shareGeneration } from "../policy/permissions.ts";
import type { Policy } from "../policy/policy.ts";
import type { SocketLimiter } from "../socket_limits.ts";
import { Header, ProcessMemory, type SharedProcess } from "./process_memory.ts";
import { SharedEpollRegistrations } from "./shared_epoll.ts";
import { SharedTable } from "./shared_table.ts";
import { ThreadKernel } from "./thread_kernel.ts";

/** A process cannot be shared among threads; the message says what is missing. */
export class ThreadsUnavailableError extends Error {
  /** The class's name, as `Error.prototype.name` is used. */
  override readonly name = "ThreadsUnavailableError";
}

/** The process as it is, with one thread. */
export interface SingleThread {
  readonly stack: Stack;
  readonly table: DescriptorTable;
  readonly policy: Policy;
  readonly state: LocalFileState;
  readonly nofile: Readonly<Rlimit>;
  readonly limiter: SocketLimiter | null;
  readonly stdio: StdioOptions;
  readonly checkLocks: boolean;
}

/** Folder of the modules that a worker has to load. */
const MODULES = new URL("../../", import.meta.url);

/** The host's files, which threads can share. */
function hostOf({ name, host }: Stack): HostFiles {
  const isLocal = MODULES.protocol === "file:";
  const folder = decodeURIComponent(MODULES.pathname);
  const isReadable = !isLocal || permissionState({ name: "read", path: folder }) === "granted";
  if (name === "libc" && host !== null && isReadable) return host;
  const missing = [
    name === "libc" && host !== null ? [] : [`the process uses the ${name} stack`],
    isReadable ? [] : [`${folder} may not be read`],
  ].flat().join(", and ");
  throw new ThreadsUnavailableError(
    "Cannot share a process among threads without the libc stack (--allow-ffi, on Linux) and " +
      `--allow-read=${isLocal ? folder : MODULES.href} for the workers' modules: ${missing}`,
  );
}

/** The descriptors that are open, with what they refer to. */
function openFiles(table: DescriptorTable, host: HostFiles): Map<number, OpenFile> {
  const found = new Map<number, OpenFile>();
  for (let fd = 0; fd < table.size; fd++) {
    const file = table.get(fd);
    if (file === undefined) continue;
    if (host.describe(file) === null && !(file instanceof StdioFile)) {
      throw new ThreadsUnavailableError(
        `Cannot share descriptor ${fd} among threads: it was opened with access mode 3`,
      );
    }
    found.set(fd, file);
  }
  return found;
}

/** Memory for a process that has nothing open yet. */
function makeMemory(process: SingleThread, numbers: number): WebAssembly.Memory {
  const memory = new ProcessMemory(ProcessMemory.allocate(numbers), numbers);
  SharedTable.format(memory);
  SharedEpollRegistrations.format(memory);
  const { header } = memory;
  // Numbers beyond a limit that was lowered stay open.
  header[Header.limit] = numbers;
  header[Header.maximum] = process.nofile.maximum;
  header[Header.umask] = process.state.umask;
  header[Header.sockets] = process.limiter?.count ?? 0;
  return memory.memory;
}

/**
 * Moves a process into memory that threads share. Its table is empty afterwards.
 *
 * @param process The process; nobody else may use it at this time.
 * @returns This thread's kernel over it.
 * @throws {ThreadsUnavailableError} If that needs what is not there; the process is as it was.
 */
export function shareProcess(process: SingleThread): ThreadKernel {
  const host = hostOf(process.stack);
  const files = openFiles(process.table, host);
  const numbers = Math.max(process.nofile.maximum, process.table.size, 3);
  const shared: SharedProcess = {
    memory: makeMemory(process, numbers),
    generation: shareGeneration(),
    numbers,
    rules: process.policy.options,
    limits: process.limiter?.limits ?? null,
    checkLocks: process.checkLocks,
  };
  const thread = new ThreadKernel(shared, { stdio: process.stdio });
  thread.takeOver(process, files, host);
  return thread;
}
