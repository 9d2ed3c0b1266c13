/**
 * A guest that makes system calls, run with the flags under test. Its argument is a
 * {@link GuestScript} in JSON. Each line of output is the answer to one call, in JSON: the result, or
 * the errno's name and what the policy missed, and what the call brought.
 *
 * @module
 */
import { Kernel } from "../../lib/kernel/kernel.ts";
import { revokePermissions } from "../../lib/kernel/policy/permissions.ts";
import { Policy, type PolicyOptions } from "../../lib/kernel/policy/policy.ts";
import { errnoName } from "../../lib/linux/errno.ts";
import { AT_EMPTY_PATH, AT_FDCWD } from "../../lib/linux/fcntl.ts";
import { decodeSockaddr, SockaddrStorage } from "../../lib/linux/sockaddr.ts";
import { AF_UNSPEC } from "../../lib/linux/socket.ts";
import { FileStatus } from "../../lib/linux/stat.ts";
import { openStack } from "../../lib/stack/open.ts";
import { bytesOf, type Names, numberOf, parseCall, sockaddrOf } from "./guest_call.ts";

/** What a guest is given. */
export interface GuestScript {
  /** The stack below. */
  readonly stack: "libc" | "deno";
  /** The embedder's rules. */
  readonly rules?: PolicyOptions;
  /** The lines, see guest_call.ts. */
  readonly calls: readonly string[];
}

/** A result, and what the call brought beside it. */
type Answer = number | readonly [result: number, brought: string];

/** Room for what calls bring. */
const ROOM = 4096;

class GuestProgram {
  readonly #kernel: Kernel;
  readonly #names: Names = { numbers: new Map(), addresses: new Map() };

  constructor({ stack, rules }: GuestScript) {
    const policy = new Policy(rules ?? {});
    this.#kernel = new Kernel(openStack(stack), { policy });
  }

  /** Makes the call of a line. */
  make(line: string): string {
    const { name, call, words } = parseCall(line);
    const answer = this.#call(call, words, name);
    const [result, brought] = typeof answer === "number" ? [answer, ""] : answer;
    const denial = this.#kernel.takeDenial();
    if (name !== null) this.#names.numbers.set(name, result);
    const told = result < 0 ? errnoName(-result) : String(result);
    return [told, ...(denial === null ? [] : [denial]), ...(brought === "" ? [] : [brought])]
      .join(" ");
  }

  /** Ends the guest. */
  exit(): void {
    this.#kernel.exit();
  }

  #call(call: string, words: readonly string[], name: string | null): Answer {
    const kernel = this.#kernel;
    const number = (index: number) => numberOf(words[index], this.#names);
    const address = (index: number) => this.#address(words[index]);
    const path = (index: number) => words[index]?.replace(/^'|'$/g, "") ?? "";
    const bytes = (index: number) => bytesOf(words[index]);
    const room = new Uint8Array(ROOM);
    const peer = new SockaddrStorage();
    switch (call) {
      case "socket":
        return kernel.socket(number(0), number(1), number(2));
      case "socketpair": {
        const fds = new Int32Array(2);
        const result = kernel.socketpair(number(0), number(1), 0, fds);
        this.#names.numbers.set("first", fds[0] as number).set("second", fds[1] as number);
        return result;
      }
      case "bind":
        return kernel.bind(number(0), address(1));
      case "listen":
        return kernel.listen(number(0), number(1));
      case "accept": {
        const result = kernel.accept4(number(0), peer, number(1));
        return [result, result < 0 ? "" : told(peer)];
      }
      case "acceptNobody":
        return kernel.accept(number(0), null);
      case "connect":
        return kernel.connect(number(0), address(1));
      case "send":
        return kernel.send(number(0), bytes(1), bytes(1)?.length ?? 0, number(2));
      case "sendto": {
        const content = bytes(1);
        return kernel.sendto(number(0), content, content?.length ?? 0, number(3), address(2));
      }
      case "sendmsg": {
        const content = bytes(1);
        const buffers = [{ base: content, length: content?.length ?? 0 }];
        const to = words[2] === undefined ? undefined : address(2);
        return kernel.sendmsg(number(0), buffers, number(3), to);
      }
      case "recv":
        return received(kernel.recv(number(0), room, ROOM, number(1)), room);
      case "recvfrom": {
        const result = kernel.recvfrom(number(0), room, ROOM, number(1), peer);
        return received(result, room, hostOf(peer));
      }
      case "recvmsg": {
        const buffers = [{ base: room, length: ROOM }];
        const result = kernel.recvmsg(number(0), buffers, number(1), { name: peer, flags: 0 });
        return received(result, room, hostOf(peer));
      }
      case "read":
        return received(kernel.read(number(0), room, ROOM), room);
      case "readv":
        return received(kernel.readv(number(0), [{ base: room, length: ROOM }]), room);
      case "write":
        return kernel.write(number(0), bytes(1), bytes(1)?.length ?? 0);
      case "sendfile":
        return kernel.sendfile(number(0), number(1), null, number(2));
      case "shutdown":
        return kernel.shutdown(number(0), number(1));
      case "getsockname":
        return [kernel.getsockname(number(0), peer), told(peer)];
      case "getpeername": {
        const result = kernel.getpeername(number(0), peer);
        return result < 0 ? result : [result, told(peer)];
      }
      case "setsockopt": {
        const value = words[3]?.startsWith("hex:") ? bytes(3) : int(number(3));
        return kernel.setsockopt(number(0), number(1), number(2), value, value?.length ?? 4);
      }
      case "getsockopt": {
        const length = Int32Array.of(ROOM);
        return kernel.getsockopt(number(0), number(1), number(2), room, length);
      }
      case "ioctl":
        return kernel.ioctl(number(0), number(1), Int32Array.of(number(2)));
      case "fcntl":
        return kernel.fcntl(number(0), number(1), number(2));
      case "poll": {
        const entry = { fd: number(0), events: number(1), revents: 0 };
        return [kernel.poll([entry], number(2)), String(entry.revents)];
      }
      case "dup":
        return kernel.dup(number(0));
      case "close":
        return kernel.close(number(0));
      case "resolve":
        return this.#resolve(path(0), number(1) || AF_UNSPEC, name ?? "");
      case "openat":
        return kernel.openat(words[0] === "." ? AT_FDCWD : number(0), path(1), number(2), 0o600);
      case "open":
        return kernel.openat(AT_FDCWD, path(0), number(1), 0o600);
      case "stat":
        return kernel.fstatat(AT_FDCWD, path(0), new FileStatus(), number(1));
      case "utimes":
        return kernel.utimensat(AT_FDCWD, path(0), null, number(1));
      case "futimes":
        return kernel.utimensat(number(0), "", null, AT_EMPTY_PATH);
      case "truncate":
        return kernel.truncate(path(0), 0);
      case "unlink":
        return kernel.unlinkat(AT_FDCWD, path(0), number(1));
      case "mkdir":
        return kernel.mkdirat(AT_FDCWD, path(0), 0o700);
      case "rename":
        return kernel.renameat(AT_FDCWD, path(0), AT_FDCWD, path(1));
      case "link":
        return kernel.linkat(AT_FDCWD, path(0), AT_FDCWD, path(1), number(2));
      case "symlink":
        return kernel.symlinkat(path(0), AT_FDCWD, path(1));
      case "readlink":
        return received(kernel.readlinkat(AT_FDCWD, path(0), room, ROOM), room);
      case "access":
        return kernel.faccessat(AT_FDCWD, path(0), number(1));
      case "getdents":
        return kernel.getdents(number(0), room, ROOM);
      case "prlimit":
        return kernel.prlimit(number(0), { current: number(1), maximum: number(1) }, null);
      case "socketsUntilFull":
        return this.#socketsUntilFull();
      case "revoke":
        revokePermissions(JSON.parse(path(0)));
        return 0;
      default:
        throw new Error(`Cannot make the call ${call}`);
    }
  }

  /** An address; `nameOf:SOCKET` is the one that a socket of the guest has. */
  #address(word: string | undefined): Uint8Array | null {
    if (!word?.startsWith("nameOf:")) return sockaddrOf(word, this.#names);
    const name = new SockaddrStorage();
    this.#kernel.getsockname(numberOf(word.slice(7), this.#names), name);
    return name.toBytes();
  }

  #resolve(host: string, family: number, name: string): Answer {
    const found: Uint8Array<ArrayBuffer>[] = [];
    const result = this.#kernel.resolve(host, family, found);
    // A guest that may not resolve it knows what it would be.
    const [first = sockaddrOf("127.0.0.1:0", this.#names)] = found;
    if (first !== null) this.#names.addresses.set(name, first);
    return [result, found.map((one) => String(decodeSockaddr(one))).join(" ")];
  }

  /** Sockets until there is no descriptor left; the result is the last error. */
  #socketsUntilFull(): number {
    for (;;) {
      const result = this.#kernel.socket(2, 1, 0);
      if (result < 0) return result;
    }
  }
}

function int(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Int32Array.of(value).buffer);
}

function told(address: SockaddrStorage): string {
  return String(decodeSockaddr(address.bytes, address.length) ?? "nobody");
}

/** The host of an address, which a test knows, without the port, which it does not. */
function hostOf(address: SockaddrStorage): string {
  return told(address).replace(/:\d+$/, "");
}

function received(result: number, room: Uint8Array, from = ""): Answer {
  if (result < 0) return result;
  const text = `'${new TextDecoder().decode(room.subarray(0, result))}'`;
  return [result, from === "" ? text : `${text} ${from}`];
}

const script = JSON.parse(Deno.args[0] ?? "") as GuestScript;
const program = new GuestProgram(script);
for (const line of script.calls) {
  const answer = `${JSON.stringify(program.make(line))}\n`;
  // Standard input and output may be under test.
  Deno.stderr.writeSync(new TextEncoder().encode(answer));
}
program.exit();
