/**
 * A WASI preview 1 guest while it runs.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import { SockaddrStorage } from "../../linux/sockaddr.ts";
import { FileStatus } from "../../linux/stat.ts";
import type { Iovec } from "../../linux/uio.ts";
import { GuestMemory } from "../memory.ts";
import { DescriptorTable } from "./descriptor_table.ts";
import { endGuest } from "./end_guest.ts";

/** What a guest is started with. */
export interface WasiProcessOptions {
  /** Its arguments, the program's name first, each ending in a NUL. */
  readonly args: readonly Uint8Array[];
  /** Its environment, `NAME=VALUE`, each ending in a NUL. */
  readonly environment: readonly Uint8Array[];
}

/** What the functions that a guest imports share. */
export class WasiProcess {
  /** Carries its calls out. */
  readonly system: System;
  /** Its memory; empty until the guest is there. */
  memory: GuestMemory = new GuestMemory(new ArrayBuffer(0));
  /** Its descriptors. */
  readonly descriptors: DescriptorTable = new DescriptorTable();
  /** Its arguments, each ending in a NUL. */
  readonly args: readonly Uint8Array[];
  /** Its environment, each entry ending in a NUL. */
  readonly environment: readonly Uint8Array[];
  /** For one call. */
  readonly status: FileStatus = new FileStatus();
  /** For one call. */
  readonly address: SockaddrStorage = new SockaddrStorage();
  /** For one call: the buffers that `decodeIovecs` has read. */
  readonly buffers: Iovec[] = [];
  /** What it has exited with; null while it runs. */
  exitStatus: number | null = null;

  /** Starts a process without descriptors. */
  constructor(system: System, { args, environment }: WasiProcessOptions) {
    this.system = system;
    this.args = args;
    this.environment = environment;
  }

  /** Ends the guest: does not return to it. */
  exit(status: number): never {
    this.exitStatus ??= status & 0xff;
    return endGuest();
  }

  /** Closes every descriptor. */
  closeAll(): void {
    for (let fd = 0; fd < this.descriptors.size; fd++) {
      const descriptor = this.descriptors.get(fd);
      if (descriptor === undefined) continue;
      this.descriptors.remove(fd);
      descriptor.close();
    }
  }
}
