/**
 * The user stack's I/O worker: opens the device and lets the engine turn. It never returns to its event
 * loop before it ends.
 *
 * @module
 */
import { FaultInjector } from "../../device/fault_injector.ts";
import { bringUp } from "../../device/interface_request.ts";
import { isHostAddress } from "../../device/own_address.ts";
import { TunDevice } from "../../device/tun.ts";
import { type IpAddress, parseIpAddress } from "../../ip.ts";
import { Errno } from "../../linux/errno.ts";
import { type Libc, openLibc } from "../libc/libc.ts";
import { RequestState, Word, type WorkerConfiguration } from "./control.ts";
import { Engine } from "./engine/engine.ts";
import { parseHosts } from "./engine/hosts.ts";
import { type InterfaceAddress, parseInterfaceAddress } from "./interface_address.ts";

const ETC_HOSTS = "/etc/hosts";

/** The text of /etc/hosts where it may be read. */
function hostsText(): string {
  if (Deno.permissions.querySync({ name: "read", path: ETC_HOSTS }).state !== "granted") return "";
  try {
    return Deno.readTextFileSync(ETC_HOSTS);
  } catch {
    return "";
  }
}

function parseAddresses(texts: readonly string[]): InterfaceAddress[] {
  return texts.map(parseInterfaceAddress).filter((address) => address !== null);
}

/** Opens the device; a negated errno if it cannot be had. */
function openDevice(libc: Libc, configuration: WorkerConfiguration): TunDevice | number {
  const device = TunDevice.open(libc, configuration.tun);
  if (typeof device === "number") return device;
  const gateway = configuration.gateway === null ? null : parseIpAddress(configuration.gateway);
  const network = parseAddresses(configuration.addresses)
    .find(({ ip }) => ip.family === gateway?.family);
  const address = gateway === null || network === undefined
    ? null
    : { ip: gateway, prefixLength: network.prefixLength };
  const up = bringUp(libc, device.name, address);
  const clashes = parseAddresses(configuration.addresses).some(({ ip }) => isHostAddress(libc, ip));
  if (up >= 0 && !clashes) return device;
  device.close();
  return up < 0 ? up : -Errno.EADDRINUSE;
}

function run(configuration: WorkerConfiguration): void {
  const { memory: { control }, nameserver, memory, bell } = configuration;
  const finish = (word: number, value: number) => {
    Atomics.store(control, word, value);
    Atomics.notify(control, word);
  };
  let libc: Libc | null = null;
  try {
    libc = openLibc();
    const device = openDevice(libc, configuration);
    if (typeof device === "number") return finish(Word.ready, device);
    const addresses: IpAddress[] = parseAddresses(configuration.addresses).map(({ ip }) => ip);
    const server = nameserver === null ? null : parseIpAddress(nameserver);
    const hosts = parseHosts(hostsText());
    const { faults } = configuration;
    const carrier = faults === undefined ? device : new FaultInjector(device, faults, faults.seed);
    const engine = new Engine({
      libc,
      device: carrier,
      addresses,
      memory,
      bell,
      hosts,
      nameserver: server,
    });
    finish(Word.ready, 1);
    try {
      engine.run();
    } finally {
      device.close();
    }
  } catch {
    finish(Word.ready, -Errno.EIO);
  } finally {
    libc?.release();
    Atomics.store(control, Word.dead, 1);
    // Whoever waits for an answer gets none.
    if (Atomics.load(control, Word.state) === RequestState.requested) {
      Atomics.store(control, Word.result, -Errno.EIO);
      Atomics.store(control, Word.state, RequestState.replied);
    }
    Atomics.notify(control, Word.state);
    Atomics.notify(control, Word.dead);
  }
}

/** The part of a worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<WorkerConfiguration>) => void) | null;
  close(): void;
}

const scope = globalThis as unknown as WorkerScope;
scope.onmessage = ({ data }) => {
  run(data);
  scope.close();
};
