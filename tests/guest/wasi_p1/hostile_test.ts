/**
 * Functions called with what no guest should give. For a longer run:
 *
 *     ROUNDS=200000 SEED=7 deno test -A tests/guest/wasi_p1/hostile_test.ts
 */
import { assert, assertEquals } from "@std/assert";
import { FUNCTIONS } from "../../../lib/guest/wasi_p1/imports.ts";
import { Policy } from "../../../lib/kernel/policy/policy.ts";
import { Kernel } from "../../../lib/kernel/kernel.ts";
import type { System } from "../../../lib/kernel/system.ts";
import { openStack } from "../../../lib/stack/open.ts";
import { SO_RCVTIMEO, SO_SNDTIMEO, SOL_SOCKET } from "../../../lib/linux/socket.ts";
import { encodeTimeval, TIMEVAL_SIZE } from "../../../lib/linux/time.ts";
import { STACKS, type TestedStack, whyMissing } from "../../kernel/guest.ts";
import { openDescriptors } from "../../kernel/open_descriptors.ts";
import { Random } from "../../linux/random.ts";
import { MEMORY_SIZE, WasiGuest } from "./wasi_guest.ts";

const ROUNDS = Number(Deno.env.get("ROUNDS") ?? 6_000);
const CALLS_PER_GUEST = 300;
const SEED = Number(Deno.env.get("SEED") ?? 1);

const PATHS: readonly string[] = [
  "file",
  "dir",
  "dir/inner",
  "dir/",
  ".",
  "..",
  "",
  "/",
  "/etc/passwd",
  "out/secret",
  "out/new",
  "dir/../..",
  "link",
  "a\0b",
  "x".repeat(300),
  "y/".repeat(3000),
];

/** Sockets that the stack's worker has for itself, also for a while after it has ended. */
const WORKER_SOCKETS: Readonly<Record<TestedStack, number>> = { libc: 0, deno: 2 };

function countOf(target: string): number {
  return openDescriptors().filter((one) => one === target).length;
}

/** The test's time-out for each wait of a socket. */
const PATIENCE_MICROSECONDS = 1_000;

/** A system on whose sockets nothing waits for long. */
function impatient(kernel: Kernel): System {
  const value = new Uint8Array(TIMEVAL_SIZE);
  encodeTimeval({ seconds: 0, microseconds: PATIENCE_MICROSECONDS }, value);
  const hurried = (fd: number): number => {
    for (const option of fd < 0 ? [] : [SO_RCVTIMEO, SO_SNDTIMEO]) {
      kernel.setsockopt(fd, SOL_SOCKET, option, value, TIMEVAL_SIZE);
    }
    return fd;
  };
  const calls: Partial<System> = {
    socket: (...args) => hurried(kernel.socket(...args)),
    accept4: (...args) => hurried(kernel.accept4(...args)),
    setsockopt: (fd, level, name, buffer, length) =>
      name === SO_RCVTIMEO || name === SO_SNDTIMEO
        ? 0
        : kernel.setsockopt(fd, level, name, buffer, length),
  };
  return new Proxy(kernel, {
    get(target: Kernel, name: string): unknown {
      const own = calls[name as keyof System];
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** What a round of calls needs. */
interface Bench {
  readonly random: Random;
  readonly wasi: WasiGuest;
  /** Addresses of paths and their lengths. */
  readonly paths: readonly (readonly [number, number])[];
  /** Address of a list of two subscriptions, the first of a clock that has run out. */
  readonly subscriptions: number;
}

/**
 * What each parameter is: `f` a descriptor, `s` address and length of a path, `v` of a list of buffers,
 * `p` an address, `a` that of an address of WasmEdge's, `n` a small number, `B` a number of 64 bits.
 */
const KINDS: Readonly<Record<string, string>> = {
  "args_get": "pp",
  "args_sizes_get": "pp",
  "environ_get": "pp",
  "environ_sizes_get": "pp",
  "clock_res_get": "np",
  "clock_time_get": "nBp",
  "random_get": "pn",
  "sched_yield": "",
  "proc_exit": "n",
  "proc_raise": "n",
  "fd_advise": "fBBn",
  "fd_allocate": "fBB",
  "fd_close": "f",
  "fd_datasync": "f",
  "fd_fdstat_get": "fp",
  "fd_fdstat_set_flags": "fn",
  "fd_fdstat_set_rights": "fBB",
  "fd_filestat_get": "fp",
  "fd_filestat_set_size": "fB",
  "fd_filestat_set_times": "fBBn",
  "fd_pread": "fvBp",
  "fd_prestat_get": "fp",
  "fd_prestat_dir_name": "fpn",
  "fd_pwrite": "fvBp",
  "fd_read": "fvp",
  "fd_readdir": "fpnBp",
  "fd_renumber": "ff",
  "fd_seek": "fBnp",
  "fd_sync": "f",
  "fd_tell": "fp",
  "fd_write": "fvp",
  "path_create_directory": "fs",
  "path_filestat_get": "fnsp",
  "path_filestat_set_times": "fnsBBn",
  "path_link": "fnsfs",
  "path_open": "fnsnBBnp",
  "path_readlink": "fspnp",
  "path_remove_directory": "fs",
  "path_rename": "fsfs",
  "path_symlink": "sfs",
  "path_unlink_file": "fs",
  "sock_accept": "fnp",
  "sock_recv": "fvnpp",
  "sock_send": "fvnp",
  "sock_shutdown": "fn",
  "sock_open": "nnp",
  "sock_bind": "fan",
  "sock_connect": "fan",
  "sock_listen": "fn",
  "sock_recv_from": "fvanppp",
  "sock_send_to": "fvannp",
  "sock_getlocaladdr": "fap",
  "sock_getpeeraddr": "fap",
  "sock_getsockopt": "fnnpp",
  "sock_setsockopt": "fnnpn",
  "sock_getaddrinfo": "ssppnp",
};

/** Where the guest's rubbish goes and comes from. */
const SCRATCH = 65_536;
const SCRATCH_SIZE = 65_536;

function anyNumber({ random }: Bench): number {
  return random.pick([
    ...[0, 1, 2, 3, 4, 7, 8, 15, 16, 26, 64, 128, 255, 256, 1024, 1025, 65_536],
    ...[MEMORY_SIZE, MEMORY_SIZE - 1, MEMORY_SIZE - 4, MEMORY_SIZE - 24, MEMORY_SIZE - 63],
    ...[-1, -4, -8, 2 ** 31, 2 ** 31 - 1, 2 ** 31 - 8, -(2 ** 31), 0x7ffffff8],
  ]);
}

function anyBig({ random }: Bench): bigint {
  const odd = [-1n, 2n ** 32n, 2n ** 53n, 2n ** 62n, 2n ** 63n, 2n ** 64n - 1n];
  return random.pick([0n, 1n, 2n, 3n, 5n, 64n, 66n, 2n ** 30n - 1n, ...odd]);
}

/** Arguments of a kind, often good ones. */
function argumentsOf(kind: string, bench: Bench): (number | bigint)[] {
  const { random, paths, wasi } = bench;
  const isOdd = random.integer(12) === 0;
  const scratch = (): number => SCRATCH + 8 * random.integer(SCRATCH_SIZE / 8 - 64);
  switch (kind) {
    case "B":
      return [anyBig(bench)];
    case "f":
      return [isOdd ? anyNumber(bench) : random.integer(8)];
    case "s":
      return isOdd ? [anyNumber(bench), anyNumber(bench)] : [...random.pick(paths)];
    case "v": {
      const at = scratch();
      const count = random.integer(4);
      for (let index = 0; index < count; index++) {
        wasi.memory.store32(
          at + 8 * index,
          random.integer(10) === 0 ? anyNumber(bench) : scratch(),
        );
        wasi.memory.store32(at + 8 * index + 4, random.integer(300));
      }
      return isOdd ? [anyNumber(bench), anyNumber(bench)] : [at, count];
    }
    case "a": {
      const at = scratch();
      wasi.memory.store32(at, at + 8);
      wasi.memory.store32(at + 4, random.pick([4, 16, 128, 128, 1, 0]));
      wasi.memory.copyOut(
        at + 8,
        Uint8Array.of(...random.pick([[127, 0, 0, 1], [1, 0, 127, 0, 0, 1]])),
      );
      return [isOdd ? anyNumber(bench) : at];
    }
    case "p":
      return [isOdd ? anyNumber(bench) : scratch()];
    default:
      return [isOdd ? anyNumber(bench) : random.integer(17)];
  }
}

/** Every function; those that open something more often. */
const NAMES: readonly string[] = [
  ...Object.keys(FUNCTIONS),
  ...[
    "path_open",
    "path_open",
    "sock_open",
    "sock_accept",
    "sock_bind",
    "sock_listen",
    "sock_connect",
  ],
];

/** Calls one function with arguments of all kinds; its errno. */
function callAny(bench: Bench, name: string): string {
  const { random, wasi } = bench;
  let args = [...KINDS[name] ?? ""].flatMap((kind) => argumentsOf(kind, bench));
  if (name === "poll_oneoff") {
    // Nothing ends a wait for what never comes.
    const count = random.pick([0, 1, 2, 2 ** 20, -1]);
    args = [bench.subscriptions, argumentsOf("p", bench)[0] ?? 0, count, anyNumber(bench)];
  }
  try {
    return wasi.call(name, ...args);
  } catch (error) {
    const text = `${name}(${args.join(", ")}) throws ${error}`;
    assert(error instanceof WebAssembly.RuntimeError && name.startsWith("proc_"), text);
    wasi.process.exitStatus = null;
    return "ESUCCESS";
  }
}

function run(stack: TestedStack, folder: string): void {
  const random = new Random(SEED);
  const kernel = new Kernel(openStack(stack), {
    policy: new Policy({ allow: ["127.0.0.0/8", "[::1]"] }),
    stdio: { stdin: () => 0, stdout: (bytes) => bytes.length, stderr: () => -5 },
  });
  const system = impatient(kernel);
  try {
    const errnos = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round += CALLS_PER_GUEST) {
      const wasi = new WasiGuest(system, { folder, listener: "127.0.0.1:0" });
      const paths = PATHS.map((path) => wasi.put(path));
      const subscriptions = wasi.subscriptions(
        { clock: 1, timeout: 0n },
        { read: random.integer(8) },
      );
      const bench = { random, wasi, paths, subscriptions };
      for (let count = 0; count < CALLS_PER_GUEST; count++) {
        const name = random.pick(NAMES);
        const ends = name === "fd_close" || name === "fd_renumber";
        if (ends && random.integer(10) !== 0) continue;
        const errno = callAny(bench, name);
        errnos.set(errno, (errnos.get(errno) ?? 0) + 1);
        // What a guest writes at random must not become subscriptions.
        wasi.subscriptionsAt(subscriptions, { clock: 1, timeout: 0n }, { read: 3 });
      }
      wasi.process.closeAll();
    }
    // All of it reaches the calls themselves, too.
    assert((errnos.get("ESUCCESS") ?? 0) > ROUNDS / 20, JSON.stringify([...errnos]));
    assert(errnos.size > 15, JSON.stringify([...errnos]));
  } finally {
    kernel.exit();
  }
}

for (const stack of STACKS) {
  const missing = whyMissing(stack);
  Deno.test({
    name: `[${stack}] no function throws, leaks or escapes, whatever it is called with`,
    ignore: missing !== null,
    fn: () => {
      const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "vmsock_wasi_" }));
      try {
        Deno.mkdirSync(`${folder}/inside/dir`, { recursive: true });
        Deno.mkdirSync(`${folder}/outside`);
        Deno.writeTextFileSync(`${folder}/outside/secret`, "secret");
        Deno.writeTextFileSync(`${folder}/inside/file`, "some text");
        Deno.symlinkSync("../outside", `${folder}/inside/out`);
        Deno.symlinkSync("file", `${folder}/inside/link`);
        const sockets = countOf("socket:[]");
        run(stack, `${folder}/inside`);
        assertEquals(openDescriptors().filter((target) => target.startsWith(folder)), []);
        assert(countOf("socket:[]") <= sockets + WORKER_SOCKETS[stack]);
        assertEquals([...Deno.readDirSync(`${folder}/outside`)].map(({ name }) => name), [
          "secret",
        ]);
        assertEquals(Deno.readTextFileSync(`${folder}/outside/secret`), "secret");
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}
