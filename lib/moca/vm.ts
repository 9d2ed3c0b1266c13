/**
 * The register machine.
 *
 * Its whole state is explicit (address, register window, return addresses), so that it can stop at
 * a host call and be resumed. Integers live in a BigInt64Array, which V8's optimising compiler
 * turns into plain 64-bit arithmetic; their halves are also read through an Int32Array where that
 * is cheaper.
 *
 * The loop returns after a number of backward jumps and calls. That is where time limits are
 * checked; it also lets V8 enter optimised code again, which a single endless loop would not do
 * after its first de-optimisation.
 *
 * @module
 */
import { type AsmCall, AsmRun } from "./asm.ts";
import {
  type Bytecode,
  functionAt,
  HALT_ADDRESS,
  MAX_CODE,
  MAX_CONSTANTS,
  positionAt,
} from "./bytecode.ts";
import { MocaLimitError, MocaTrap, noThread, runtimeError, type StackLine } from "./error.ts";
import { TextBuilder } from "./format.ts";
import { DEFAULT_MAX_HEAP, Heap, OBJECT_BYTES, SLOT_BYTES, STRING_BYTES } from "./heap.ts";
import type { HeapWalk } from "./heap_walk.ts";
import { MocaMap } from "./map.ts";
import { makeSequence, push } from "./natives/container.ts";
import { allocate, heapLoad, heapStore, indexAny, setIndexAny } from "./natives/memory.ts";
import { NATIVES } from "./natives/mod.ts";
import { type NativeContext, type NativeRow, outOfBounds } from "./natives/native.ts";
import { anyBinary, anyNegate, dynamicType, sameValue, truthy } from "./operations.ts";
import { bytesToUtf8, utf8ToBytes } from "./text.ts";
import { Cell, Closure, DynBox, Sequence, SequenceKind, StructValue, type Value } from "./value.ts";
import {
  DEFAULT_MAX_FRAMES,
  type HostCall,
  PENDING,
  type VmOptions,
  type VmState,
} from "./vm_types.ts";

/** Jumps and calls before the loop is left and entered again. */
const SLICE = 1 << 12;

/** Slices between two looks at the clock. */
const SLICES_PER_TICK = 32;

/** Work of long instructions between two looks at the clock, in about nanoseconds. */
const WORK_PER_TICK = 2 ** 20;

/** Strings whose comparison counts as work. */
const LONG_STRING = 4096;

/** Work counted for a thousand pieces of text. */
const TEXT_WORK = 2 ** 16;

/** Registers for references at first; they grow with the depth of calls. */
const FIRST_REGISTERS = 256;

/** Bytes counted for a machine. */
const MACHINE_BYTES = 8192;

/** Bytes counted for a register. */
const REGISTER_BYTES = 16;

/** Registers of all calls together, at most. */
const MAX_REGISTERS = 1 << 21;

/** Calls inside one another, whatever `maxFrames` says. */
const MAX_FRAMES = (1 << 20) - 2;

// V8 knows address and length of typed arrays that are constants of a module, and not of those it
// finds in an object; the loop takes half the time with them. So all machines of an isolate share
// these, and one that starts to run puts the other's contents aside. Memory that is never written
// costs nothing but addresses.
const I = new BigInt64Array(MAX_REGISTERS);
const W = new Int32Array(I.buffer);
const F = new Float64Array(I.buffer);
const FRAMES = new Int32Array(MAX_FRAMES + 2);
const CODE = new Int32Array(MAX_CODE);
const INTS = new BigInt64Array(MAX_CONSTANTS);
const FLOATS = new Float64Array(MAX_CONSTANTS);

/** The machine whose registers are in the shared arrays. */
let owner: Vm | null = null;

/** The program whose code is there. */
let loaded: Bytecode | null = null;

/** Results kept of threads that nobody has joined. */
const MAX_UNJOINED = 10_000;

/** Threads inside one another, when the host has none. */
const MAX_THREAD_DEPTH = 16;

const { INT: SEQUENCE_INT, FLOAT: SEQUENCE_FLOAT, VALUE: SEQUENCE_VALUE } = SequenceKind;

/** Why the loop stopped. */
const Signal = { CONTINUE: -1, SLICE: 0, DONE: 1, BLOCKED: 2, TRAP: 3, CHILD: 4 } as const;

type Slot = Value | Cell | TextBuilder;

/** A machine with one program. */
export class Vm {
  readonly #program: Bytecode;
  readonly #options: VmOptions;
  readonly #heap: Heap;
  readonly #context: NativeContext;
  readonly #natives: readonly NativeRow[];
  readonly #hostCalls: ReadonlyMap<number, HostCall>;
  readonly #maxFrames: number;
  readonly #depth: number;
  readonly #refs: Slot[] = [];
  #pc = HALT_ADDRESS;
  #base = 0;
  #fp = 0;
  #savedRegisters = new BigInt64Array(0);
  #savedFrames = new Int32Array([HALT_ADDRESS]);
  #error: unknown = null;
  #blocked: { readonly call: number; readonly args: readonly Value[] } = { call: 0, args: [] };
  #state: VmState | null = null;
  #child: Vm | null = null;
  /** The asm block that has begun and not ended. */
  #asmRun: AsmRun | null = null;
  /** Results of threads that have not been joined, when the host has no threads. */
  readonly #threads = new Map<bigint, Value>();
  #nextThread = 1n;
  #slices = 0;
  /** Work of long instructions since the last look at the clock, in about nanoseconds. */
  #work = 0;
  /** Texts that are being made and are in no register. */
  readonly #texts: TextBuilder[] = [];

  /**
   * Makes a machine that is ready to run.
   *
   * @param program The program; it must have been verified.
   * @param options What the host provides.
   * @param depth Machines that this one runs inside; for the machine's own use.
   */
  constructor(program: Bytecode, options: VmOptions, depth = 0) {
    this.#program = program;
    this.#options = options;
    this.#depth = depth;
    this.#hostCalls = options.hostCalls ?? new Map<number, HostCall>();
    this.#maxFrames = Math.min(options.maxFrames ?? DEFAULT_MAX_FRAMES, MAX_FRAMES);
    if (
      program.code.length > MAX_CODE || program.ints.length > MAX_CONSTANTS ||
      program.floats.length > MAX_CONSTANTS
    ) {
      throw new RangeError("Cannot run program: it is too large");
    }
    for (let i = 0; i < FIRST_REGISTERS; i++) {
      this.#refs.push(null);
    }
    const { sharesHeapWith: other, maxHeap = DEFAULT_MAX_HEAP } = options;
    this.#heap = other === undefined ? new Heap(maxHeap, options.hostHeap) : other.#heap;
    this.#heap.addRoots(this.#roots);
    this.#natives = program.natives.map(({ name }) => {
      const row = NATIVES.get(name);
      if (row === undefined) {
        throw new TypeError(`Cannot run program: there is no native "${name}"`);
      }
      return row;
    });
    this.#context = {
      program,
      heap: this.#heap,
      args: (options.args ?? []).map(utf8ToBytes),
      channels: [],
      output: options.output,
      plain: (value) => this.#plain(value),
      spend: (work) => this.#spend(work),
      time: options.time ?? (() => 0n),
    };
    this.#enter(options.entry ?? 0);
  }

  #enter(index: number): void {
    const entry = this.#program.functions[index];
    if (entry === undefined || entry.params.length > 0) {
      throw new RangeError(`Cannot run program: no function ${index} without parameters`);
    }
    this.#fp = 1;
    this.#base = 0;
    this.#pc = entry.start;
    if (entry.registers > FIRST_REGISTERS) {
      this.#grow(entry.registers);
    }
  }

  /**
   * Runs until the program ends, blocks, or the slices are used up.
   *
   * @param slices How long to run, in units of about 131,000 jumps and calls: a millisecond or less.
   * @returns Where the machine stands.
   */
  run(slices = Infinity): VmState {
    if (this.#state !== null) {
      return this.#state;
    }
    for (let left = slices; left > 0;) {
      if (this.#child !== null) {
        const state = this.#runChild(left);
        if (state !== null) {
          return state;
        }
        continue;
      }
      this.#acquire();
      const signal = this.#attempt();
      switch (signal) {
        case Signal.DONE:
          return this.#finish({ kind: "done", result: this.#result() });
        case Signal.BLOCKED:
          return { kind: "blocked", ...this.#blocked };
        case Signal.TRAP:
          if (!this.#unwind()) {
            return this.#state ?? { kind: "paused" };
          }
          // Each error begins a slice anew: a program that does little else must be asked about, too.
          // falls through
        case Signal.SLICE:
          if (++this.#slices % SLICES_PER_TICK === 0) {
            left--;
            this.#guarded(() => this.#tick());
          }
      }
      if (this.#state !== null) {
        return this.#state;
      }
    }
    return { kind: "paused" };
  }

  /**
   * Gives a blocked machine the result of its call; it goes on with the next {@linkcode run}.
   *
   * @param value The result.
   */
  resume(value: Value): void {
    if (this.#child !== null) {
      this.#child.resume(value);
      return;
    }
    try {
      this.#reserveResult(value);
    } catch (error) {
      if (!(error instanceof MocaLimitError)) {
        throw error;
      }
      this.reject(error);
      return;
    }
    const { code } = this.#program;
    const call = code[this.#pc];
    if (call === 118 /* ASM */) {
      this.#asmRun?.stack.push(value);
    } else if (call === 113 /* JOIN */) {
      this.#refs[this.#base + (code[this.#pc + 1] ?? 0)] = value;
      this.#pc += 3;
    } else {
      this.#refs[this.#base + (code[this.#pc + 2] ?? 0)] = value;
      this.#pc += 4;
    }
  }

  /**
   * Gives a blocked machine an error instead of a result.
   *
   * @param error The error; a {@linkcode MocaTrap} can be caught by the program.
   */
  reject(error: MocaTrap | MocaLimitError): void {
    if (this.#child !== null) {
      this.#child.reject(error);
      return;
    }
    this.#acquire();
    this.#error = error;
    this.#unwind();
  }

  #finish(state: VmState): VmState {
    this.#state = state;
    this.#heap.removeRoots(this.#roots);
    return state;
  }

  /** The entry function's result, which its return left in the first register. */
  #result(): Value {
    const entry = this.#program.functions[this.#options.entry ?? 0];
    return this.#boxed(0, "ifbv".indexOf(entry?.result ?? "v"));
  }

  #runChild(slices: number): VmState | null {
    const state = this.#child?.run(slices) ?? { kind: "done", result: null };
    if (state.kind === "paused" || state.kind === "blocked") {
      return state;
    }
    if (state.kind === "failed" && state.message.includes("limit exceeded")) {
      return this.#finish(state);
    }
    const result = state.kind === "done" ? state.result : null;
    for (const oldest of this.#threads.keys()) {
      if (this.#threads.size < MAX_UNJOINED) {
        break;
      }
      this.#threads.delete(oldest);
    }
    this.#threads.set(this.#nextThread++, result);
    this.#child = null;
    return null;
  }

  /** Runs on; an error becomes a signal. What throws has left the state as it was before. */
  #attempt(): number {
    try {
      return this.#execute();
    } catch (error) {
      this.#error = error;
      return Signal.TRAP;
    }
  }

  #tick(): void {
    const text = this.#options.interrupt?.() ?? null;
    if (text !== null) {
      throw new MocaLimitError(text);
    }
  }

  /** Asks about the time after instructions that took long, which the slices do not count. */
  #spend(work: number): void {
    this.#work += work;
    if (this.#work >= WORK_PER_TICK) {
      this.#work = 0;
      this.#tick();
    }
  }

  #guarded(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#error = error;
      this.#unwind();
    }
  }

  /** Makes room for more registers. */
  #grow(needed: number): void {
    if (needed > MAX_REGISTERS) {
      throw new MocaLimitError("runtime error: stack overflow: too many registers in use");
    }
    const refs = this.#refs;
    const size = Math.min(MAX_REGISTERS, Math.max(needed, refs.length * 2));
    this.#heap.reserve((size - refs.length) * REGISTER_BYTES);
    while (refs.length < size) {
      refs.push(null);
    }
  }

  /** Makes the shared registers this machine's. */
  #acquire(): void {
    if (owner === this) {
      return;
    }
    if (owner !== null) {
      owner.#release();
    }
    owner = this;
    if (loaded !== this.#program) {
      loaded = this.#program;
      CODE.set(this.#program.code);
      INTS.set(this.#program.ints);
      FLOATS.set(this.#program.floats);
    }
    I.set(this.#savedRegisters);
    FRAMES.set(this.#savedFrames);
  }

  /** Puts what another machine would overwrite aside. */
  #release(): void {
    if (this.#state === null) {
      this.#savedRegisters = I.slice(0, this.#base + this.#windowSize());
      this.#savedFrames = FRAMES.slice(0, this.#fp);
    }
  }

  /** What a walk starts from; registers above the current window are dropped. */
  readonly #roots = (walk: HeapWalk): void => {
    const top = this.#base + this.#windowSize();
    this.#refs.fill(null, Math.min(top, this.#refs.length));
    walk.add(MACHINE_BYTES + this.#refs.length * REGISTER_BYTES);
    walk.slots(this.#refs, top);
    walk.add(this.#context.channels.length * SLOT_BYTES);
    walk.slots(this.#context.channels);
    walk.slots(this.#texts);
    walk.slots(this.#asmRun?.stack ?? []);
    walk.slots(this.#asmRun?.locals ?? []);
  };

  #windowSize(): number {
    return this.#program.functions[functionAt(this.#program, this.#pc)]?.registers ?? 0;
  }

  /** Goes to the handler of the current error; without one the program has failed. */
  #unwind(): boolean {
    const error = this.#error;
    this.#asmRun = null;
    if (error instanceof MocaTrap) {
      if (this.#toHandler(error.message)) {
        return true;
      }
      const message = bytesToUtf8(error.message);
      this.#finish({ kind: "failed", message, stack: this.#stack() });
      return false;
    }
    if (error instanceof MocaLimitError) {
      this.#finish({ kind: "failed", message: error.message, stack: this.#stack() });
      return false;
    }
    if (error instanceof RangeError) {
      // V8 could not allocate what the heap's limit would have allowed.
      const message = "runtime error: heap limit exceeded";
      this.#finish({ kind: "failed", message, stack: this.#stack() });
      return false;
    }
    throw error;
  }

  #toHandler(message: string): boolean {
    const { code, functions } = this.#program;
    let fp = this.#fp;
    let pc = this.#pc;
    let base = this.#base;
    // A return address lies behind its call.
    for (let behind = 0;; behind = 1) {
      const handlers = functions[functionAt(this.#program, pc)]?.handlers ?? [];
      const handler = handlers.find((h) => pc - behind >= h.start && pc - behind < h.end);
      if (handler !== undefined) {
        this.#refs[base + handler.register] = message;
        this.#fp = fp;
        this.#pc = handler.target;
        this.#base = base;
        return true;
      }
      if (fp <= 1) {
        return false;
      }
      pc = FRAMES[--fp] ?? HALT_ADDRESS;
      base -= code[pc - 2] ?? 0;
    }
  }

  #stack(): StackLine[] {
    const lines: StackLine[] = [];
    let pc = this.#pc;
    for (let fp = this.#fp;; fp--) {
      const fn = this.#program.functions[functionAt(this.#program, pc)];
      if (fn !== undefined) {
        lines.push({ name: fn.name, at: positionAt(this.#program, pc) });
      }
      if (fp <= 1) {
        return lines;
      }
      pc = (FRAMES[fp - 1] ?? HALT_ADDRESS) - 1;
    }
  }

  /** The value of a register, whatever its class. */
  #boxed(register: number, classIndex: number): Value {
    switch (classIndex) {
      case 0:
        return I[register] ?? 0n;
      case 1:
        return F[register] ?? 0;
      case 2:
        return W[register * 2] !== 0;
      default:
        return this.#refs[register] as Value;
    }
  }

  /** Stores a value in a register of a class. */
  #store(register: number, classIndex: number, value: Value): void {
    if (classIndex === 0) {
      I[register] = unboxInt(value);
    } else if (classIndex === 1) {
      F[register] = unboxFloat(value);
    } else if (classIndex === 2) {
      W[register * 2] = unboxBool(value) ? 1 : 0;
    } else {
      this.#refs[register] = value;
    }
  }

  #window(start: number, count: number): Value[] {
    const values: Value[] = [];
    for (let i = 0; i < count; i++) {
      values.push(this.#refs[start + i] as Value);
    }
    return values;
  }

  #native(index: number, start: number, result: number): void {
    const row = this.#natives[index];
    if (row === undefined) {
      throw new TypeError(`Cannot run program: no native ${index}`);
    }
    const { params } = row;
    const args: Value[] = [];
    for (let i = 0; i < params.length; i++) {
      const code = params.charCodeAt(i);
      if (code === 118) {
        const value = this.#refs[start + i] as Value;
        if (typeof value === "string") {
          this.#spend(value.length);
        }
        args.push(value);
      } else {
        args.push(this.#boxed(start + i, code === 105 ? 0 : code === 102 ? 1 : 2));
      }
    }
    const value = row.run(this.#context, args);
    if (result === 3) {
      this.#refs[start] = value;
    } else {
      this.#store(start, result, value);
    }
  }

  #hostCall(number: number, start: number, count: number): boolean {
    const call = this.#hostCalls.get(number);
    if (call === undefined) {
      throw new MocaTrap(`unknown hostcall: ${number}`);
    }
    const args = this.#window(start, count);
    const value = call(args);
    if (value === PENDING) {
      this.#blocked = { call: number, args };
      return false;
    }
    this.#reserveResult(value);
    this.#refs[start] = value;
    return true;
  }

  /** Counts what a host call has made; what it put into an array or Vec was made by it as well. */
  #reserveResult(value: Value): void {
    if (typeof value === "string") {
      this.#heap.reserveString(value.length);
    } else if (value instanceof Sequence) {
      const slot = value.kind === SEQUENCE_VALUE ? SLOT_BYTES : 8;
      this.#heap.reserve(OBJECT_BYTES + value.capacity * slot);
      for (const item of value.items) {
        this.#reserveResult(item);
      }
    }
  }

  /** Starts a thread; returns whether a machine inside this one must run first. */
  #spawn(register: number, fn: number): boolean {
    const { threads } = this.#options;
    this.#heap.reserve(MACHINE_BYTES);
    if (threads !== undefined) {
      I[register] = threads.spawn(fn);
      return false;
    }
    if (this.#depth >= MAX_THREAD_DEPTH) {
      throw new MocaLimitError("runtime error: too many threads inside one another");
    }
    I[register] = this.#nextThread;
    const options = { ...this.#options, sharesHeapWith: this, entry: fn };
    this.#child = new Vm(this.#program, options, this.#depth + 1);
    return true;
  }

  #join(handle: bigint): Value | typeof PENDING {
    const { threads } = this.#options;
    if (threads !== undefined) {
      const value = threads.join(handle);
      if (value === PENDING) {
        this.#blocked = { call: -1, args: [handle] };
      }
      return value;
    }
    const result = this.#threads.get(handle);
    if (result === undefined) {
      throw noThread(handle, this.#nextThread);
    }
    this.#threads.delete(handle);
    // References belong to the thread that made them.
    return typeof result === "object" || typeof result === "string" ? null : result;
  }

  #newAsm(index: number, start: number, count: number): AsmRun {
    const context = this.#context;
    const code = this.#program.asm[index] ?? [];
    this.#spend(code.length * 64);
    return new AsmRun(code, this.#window(start, count), {
      alloc: (slots) => allocate(context, slots),
      load: (target, at) => heapLoad(target, at),
      store: (target, at, value) => heapStore(target, at, value),
      text: (value) => this.#plain(value),
      reserve: (bytes) => this.#heap.reserve(bytes),
      args: context.args,
      tick: () => this.#tick(),
    });
  }

  /** Runs an asm block, or the rest of it; returns whether it has ended. */
  #asm(index: number, start: number, count: number): boolean {
    const run = this.#asmRun ??= this.#newAsm(index, start, count);
    for (let call = run.run(); call !== null; call = run.run()) {
      const value = this.#asmCall(call);
      if (value === PENDING) {
        return false;
      }
      run.stack.push(value);
    }
    this.#asmRun = null;
    this.#refs[start] = run.result;
    return true;
  }

  #asmCall({ number, args }: AsmCall): Value | typeof PENDING {
    const call = this.#hostCalls.get(number);
    if (call === undefined) {
      throw new MocaTrap(`unknown hostcall: ${number}`);
    }
    const value = call(args);
    if (value === PENDING) {
      this.#blocked = { call: number, args };
    } else {
      this.#reserveResult(value);
    }
    return value;
  }

  /** Comparing long strings takes long. */
  #compareLong(value: Slot | undefined): void {
    if (typeof value === "string" && value.length > LONG_STRING) {
      this.#spend(value.length);
    }
  }

  #plain(value: Value): string {
    const text = new TextBuilder(
      this.#program,
      "plain",
      value,
      (bytes) => this.#heap.reserve(bytes),
    );
    this.#texts.push(text);
    try {
      // A value that contains itself ends at one of the limits.
      while (text.step() !== true) {
        this.#spend(TEXT_WORK);
      }
      return text.text;
    } finally {
      this.#texts.pop();
    }
  }

  #boxDyn(value: Value, type: number): Value {
    if (value instanceof DynBox) {
      return value;
    }
    let index = type;
    const known = this.#program.types[type];
    if (value instanceof StructValue && (known === undefined || known.word !== "")) {
      index = this.#program.layouts[value.layout]?.type ?? type;
    } else if (type < 0) {
      index = dynamicType(this.#program, value);
    }
    this.#heap.reserve(OBJECT_BYTES);
    return new DynBox(index, value);
  }

  #implements(value: Slot, index: number): boolean {
    if (!(value instanceof DynBox)) {
      return false;
    }
    const word = this.#program.types[value.type]?.word ?? "";
    return word !== "" && (this.#program.interfaces[index]?.words.includes(word) ?? false);
  }

  #struct(layout: number, start: number): StructValue {
    const count = this.#program.layouts[layout]?.fields.length ?? 0;
    this.#heap.reserve(OBJECT_BYTES + count * SLOT_BYTES);
    const fields: Value[] = [];
    for (let i = 0; i < count; i++) {
      fields.push(this.#refs[start + i] as Value);
    }
    return new StructValue(layout, fields);
  }

  #closure(fn: number, start: number, count: number): Closure {
    this.#heap.reserve(OBJECT_BYTES + count * SLOT_BYTES);
    const cells: Cell[] = [];
    for (let i = 0; i < count; i++) {
      cells.push(this.#refs[start + i] as Cell);
    }
    return new Closure(fn, cells);
  }

  #concatAll(start: number, count: number): string {
    const parts: string[] = [];
    let length = 0;
    for (let i = 0; i < count; i++) {
      const part = this.#refs[start + i];
      if (typeof part !== "string") {
        throw runtimeError("expected reference");
      }
      parts.push(part);
      length += part.length;
    }
    this.#heap.reserveString(length);
    this.#spend(length);
    return parts.join("");
  }

  /**
   * Finds what a call through a value calls, converts the arguments if the two sides hold them in
   * different classes, and says whether the result must be converted as well.
   */
  #prepareCall(window: number, target: number, signature: number): number {
    const fn = this.#program.functions[target];
    const text = this.#program.signatures[signature];
    if (fn === undefined || text === undefined) {
      throw runtimeError("expected reference");
    }
    const [given = "", wanted = "v"] = text.split(">");
    if (fn.params.length !== given.length) {
      throw runtimeError(
        `function expects ${fn.params.length - 1} arguments, got ${given.length - 1}`,
      );
    }
    if (window + fn.registers > this.#refs.length) {
      this.#grow(window + fn.registers);
    }
    for (let i = 1; i < given.length; i++) {
      const from = "ifbv".indexOf(given.charAt(i));
      const to = "ifbv".indexOf(fn.params.charAt(i));
      if (from !== to) {
        this.#store(window + i, to, this.#boxed(window + i, from));
      }
    }
    const from = "ifbv".indexOf(fn.result);
    const to = "ifbv".indexOf(wanted);
    return from === to ? -1 : 4 + (from * 4 + to) * 5 + 2;
  }

  #interfaceTarget(window: number, table: number): number {
    const box = this.#refs[window];
    const row = this.#program.interfaceTables[table];
    if (!(box instanceof DynBox) || row === undefined) {
      throw runtimeError("expected reference");
    }
    const full = this.#program.types[box.type]?.full ?? "";
    const target = row.functions[full];
    if (target === undefined) {
      throw runtimeError(`no method ${row.name} for type ${full}`);
    }
    return target;
  }

  /** Puts the receiver of an interface call where its method expects it. */
  #unwrapReceiver(window: number, target: number): void {
    const box = this.#refs[window];
    const param = this.#program.functions[target]?.params.charAt(0) ?? "v";
    if (box instanceof DynBox) {
      this.#store(window, "ifbv".indexOf(param), box.value);
    }
  }

  /** Runs instructions that need nothing from outside; the rest leaves through one call. */
  #execute(): number {
    const strings = this.#program.strings;
    const R = this.#refs;
    const maxFrames = this.#maxFrames;
    const heap = this.#heap;
    let pc = this.#pc;
    let base = this.#base;
    let fp = this.#fp;
    let fuel = SLICE;
    run: for (;;) {
      switch (CODE[pc]) {
        case 1 /* LOAD_INT */:
          I[base + (CODE[pc + 1] as number)] = INTS[CODE[pc + 2] as number] as bigint;
          pc += 3;
          continue;
        case 2 /* LOAD_FLOAT */:
          F[base + (CODE[pc + 1] as number)] = FLOATS[CODE[pc + 2] as number] as number;
          pc += 3;
          continue;
        case 3 /* LOAD_BOOL */:
          W[(base + (CODE[pc + 1] as number)) << 1] = CODE[pc + 2] as number;
          pc += 3;
          continue;
        case 4 /* LOAD_STRING */:
          R[base + (CODE[pc + 1] as number)] = strings[CODE[pc + 2] as number] as string;
          pc += 3;
          continue;
        case 5 /* LOAD_NIL */:
          R[base + (CODE[pc + 1] as number)] = null;
          pc += 2;
          continue;
        case 6 /* MOVE_INT */:
          I[base + (CODE[pc + 1] as number)] = I[base + (CODE[pc + 2] as number)] as bigint;
          pc += 3;
          continue;
        case 7 /* MOVE_FLOAT */:
          F[base + (CODE[pc + 1] as number)] = F[base + (CODE[pc + 2] as number)] as number;
          pc += 3;
          continue;
        case 8 /* MOVE_BOOL */:
          W[(base + (CODE[pc + 1] as number)) << 1] =
            W[(base + (CODE[pc + 2] as number)) << 1] as number;
          pc += 3;
          continue;
        case 9 /* MOVE_REF */:
          R[base + (CODE[pc + 1] as number)] = R[base + (CODE[pc + 2] as number)] as Slot;
          pc += 3;
          continue;
        case 10 /* BOX_INT */:
          R[base + (CODE[pc + 1] as number)] = I[base + (CODE[pc + 2] as number)] as bigint;
          pc += 3;
          continue;
        case 11 /* BOX_FLOAT */:
          R[base + (CODE[pc + 1] as number)] = F[base + (CODE[pc + 2] as number)] as number;
          pc += 3;
          continue;
        case 12 /* BOX_BOOL */:
          R[base + (CODE[pc + 1] as number)] = W[(base + (CODE[pc + 2] as number)) << 1] !== 0;
          pc += 3;
          continue;
        case 17 /* ADD */:
          I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
            64,
            (I[base + (CODE[pc + 2] as number)] as bigint) +
              (I[base + (CODE[pc + 3] as number)] as bigint),
          );
          pc += 4;
          continue;
        case 18 /* SUB */:
          I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
            64,
            (I[base + (CODE[pc + 2] as number)] as bigint) -
              (I[base + (CODE[pc + 3] as number)] as bigint),
          );
          pc += 4;
          continue;
        case 19 /* MUL */:
          I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
            64,
            (I[base + (CODE[pc + 2] as number)] as bigint) *
              (I[base + (CODE[pc + 3] as number)] as bigint),
          );
          pc += 4;
          continue;
        case 22 /* AND */: {
          const d = (base + (CODE[pc + 1] as number)) << 1;
          const a = (base + (CODE[pc + 2] as number)) << 1;
          const b = (base + (CODE[pc + 3] as number)) << 1;
          W[d] = (W[a] as number) & (W[b] as number);
          W[d + 1] = (W[a + 1] as number) & (W[b + 1] as number);
          pc += 4;
          continue;
        }
        case 23 /* OR */: {
          const d = (base + (CODE[pc + 1] as number)) << 1;
          const a = (base + (CODE[pc + 2] as number)) << 1;
          const b = (base + (CODE[pc + 3] as number)) << 1;
          W[d] = (W[a] as number) | (W[b] as number);
          W[d + 1] = (W[a + 1] as number) | (W[b + 1] as number);
          pc += 4;
          continue;
        }
        case 24 /* XOR */: {
          const d = (base + (CODE[pc + 1] as number)) << 1;
          const a = (base + (CODE[pc + 2] as number)) << 1;
          const b = (base + (CODE[pc + 3] as number)) << 1;
          W[d] = (W[a] as number) ^ (W[b] as number);
          W[d + 1] = (W[a + 1] as number) ^ (W[b + 1] as number);
          pc += 4;
          continue;
        }
        case 25 /* SHL */:
          shiftLeft(
            W,
            (base + (CODE[pc + 1] as number)) << 1,
            (base + (CODE[pc + 2] as number)) << 1,
            (W[(base + (CODE[pc + 3] as number)) << 1] as number) & 63,
          );
          pc += 4;
          continue;
        case 26 /* SHR */:
          shiftRight(
            W,
            (base + (CODE[pc + 1] as number)) << 1,
            (base + (CODE[pc + 2] as number)) << 1,
            (W[(base + (CODE[pc + 3] as number)) << 1] as number) & 63,
          );
          pc += 4;
          continue;
        case 27 /* ADD_K */:
          I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
            64,
            (I[base + (CODE[pc + 2] as number)] as bigint) +
              (INTS[CODE[pc + 3] as number] as bigint),
          );
          pc += 4;
          continue;
        case 28 /* SUB_K */:
          I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
            64,
            (I[base + (CODE[pc + 2] as number)] as bigint) -
              (INTS[CODE[pc + 3] as number] as bigint),
          );
          pc += 4;
          continue;
        case 29 /* MUL_K */:
          I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
            64,
            (I[base + (CODE[pc + 2] as number)] as bigint) *
              (INTS[CODE[pc + 3] as number] as bigint),
          );
          pc += 4;
          continue;
        case 32 /* AND_K */:
          I[base + (CODE[pc + 1] as number)] = (I[base + (CODE[pc + 2] as number)] as bigint) &
            (INTS[CODE[pc + 3] as number] as bigint);
          pc += 4;
          continue;
        case 33 /* SHL_K */:
          shiftLeft(
            W,
            (base + (CODE[pc + 1] as number)) << 1,
            (base + (CODE[pc + 2] as number)) << 1,
            CODE[pc + 3] as number,
          );
          pc += 4;
          continue;
        case 34 /* SHR_K */:
          shiftRight(
            W,
            (base + (CODE[pc + 1] as number)) << 1,
            (base + (CODE[pc + 2] as number)) << 1,
            CODE[pc + 3] as number,
          );
          pc += 4;
          continue;
        case 35 /* NEG */:
          I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
            64,
            -(I[base + (CODE[pc + 2] as number)] as bigint),
          );
          pc += 3;
          continue;
        case 36 /* FADD */:
          F[base + (CODE[pc + 1] as number)] = (F[base + (CODE[pc + 2] as number)] as number) +
            (F[base + (CODE[pc + 3] as number)] as number);
          pc += 4;
          continue;
        case 37 /* FSUB */:
          F[base + (CODE[pc + 1] as number)] = (F[base + (CODE[pc + 2] as number)] as number) -
            (F[base + (CODE[pc + 3] as number)] as number);
          pc += 4;
          continue;
        case 38 /* FMUL */:
          F[base + (CODE[pc + 1] as number)] = (F[base + (CODE[pc + 2] as number)] as number) *
            (F[base + (CODE[pc + 3] as number)] as number);
          pc += 4;
          continue;
        case 40 /* FNEG */:
          F[base + (CODE[pc + 1] as number)] = -(F[base + (CODE[pc + 2] as number)] as number);
          pc += 3;
          continue;
        case 43 /* NOT */:
          W[(base + (CODE[pc + 1] as number)) << 1] =
            (W[(base + (CODE[pc + 2] as number)) << 1] as number) ^ 1;
          pc += 3;
          continue;
        case 44 /* LT */:
          W[(base + (CODE[pc + 1] as number)) << 1] =
            (I[base + (CODE[pc + 2] as number)] as bigint) <
                (I[base + (CODE[pc + 3] as number)] as bigint)
              ? 1
              : 0;
          pc += 4;
          continue;
        case 45 /* LE */:
          W[(base + (CODE[pc + 1] as number)) << 1] =
            (I[base + (CODE[pc + 2] as number)] as bigint) <=
                (I[base + (CODE[pc + 3] as number)] as bigint)
              ? 1
              : 0;
          pc += 4;
          continue;
        case 46 /* EQ */:
          W[(base + (CODE[pc + 1] as number)) << 1] =
            I[base + (CODE[pc + 2] as number)] === I[base + (CODE[pc + 3] as number)] ? 1 : 0;
          pc += 4;
          continue;
        case 47 /* NE */:
          W[(base + (CODE[pc + 1] as number)) << 1] =
            I[base + (CODE[pc + 2] as number)] === I[base + (CODE[pc + 3] as number)] ? 0 : 1;
          pc += 4;
          continue;
        case 48 /* FLT */:
          W[(base + (CODE[pc + 1] as number)) << 1] =
            (F[base + (CODE[pc + 2] as number)] as number) <
                (F[base + (CODE[pc + 3] as number)] as number)
              ? 1
              : 0;
          pc += 4;
          continue;
        case 49 /* FLE */:
          W[(base + (CODE[pc + 1] as number)) << 1] =
            (F[base + (CODE[pc + 2] as number)] as number) <=
                (F[base + (CODE[pc + 3] as number)] as number)
              ? 1
              : 0;
          pc += 4;
          continue;
        case 50 /* FEQ */:
          W[(base + (CODE[pc + 1] as number)) << 1] =
            F[base + (CODE[pc + 2] as number)] === F[base + (CODE[pc + 3] as number)] ? 1 : 0;
          pc += 4;
          continue;
        case 51 /* FNE */:
          W[(base + (CODE[pc + 1] as number)) << 1] =
            F[base + (CODE[pc + 2] as number)] === F[base + (CODE[pc + 3] as number)] ? 0 : 1;
          pc += 4;
          continue;
        case 52 /* BEQ */:
          W[(base + (CODE[pc + 1] as number)) << 1] =
            W[(base + (CODE[pc + 2] as number)) << 1] === W[(base + (CODE[pc + 3] as number)) << 1]
              ? 1
              : 0;
          pc += 4;
          continue;
        case 53 /* BNE */:
          W[(base + (CODE[pc + 1] as number)) << 1] =
            W[(base + (CODE[pc + 2] as number)) << 1] === W[(base + (CODE[pc + 3] as number)) << 1]
              ? 0
              : 1;
          pc += 4;
          continue;
        case 79 /* RETURN_REF */:
          R[base] = R[base + (CODE[pc + 1] as number)] as Slot;
          pc = FRAMES[--fp] as number;
          base -= CODE[pc - 2] as number;
          continue;
        case 80 /* RETURN_NIL */:
          R[base] = null;
          pc = FRAMES[--fp] as number;
          base -= CODE[pc - 2] as number;
          continue;
        case 83 /* CAPTURE */:
          R[base + (CODE[pc + 1] as number)] = (R[base] as Closure)
            .cells[CODE[pc + 2] as number] as Cell;
          pc += 3;
          continue;
        case 85 /* CELL_GET */:
          R[base + (CODE[pc + 1] as number)] = (R[base + (CODE[pc + 2] as number)] as Cell).value;
          pc += 3;
          continue;
        case 86 /* CELL_SET */:
          (R[base + (CODE[pc + 1] as number)] as Cell).value =
            R[base + (CODE[pc + 2] as number)] as Value;
          pc += 3;
          continue;
        case 76 /* RETURN_INT */:
        case 77 /* RETURN_FLOAT */:
        case 78 /* RETURN_BOOL */:
          I[base] = I[base + (CODE[pc + 1] as number)] as bigint;
          pc = FRAMES[--fp] as number;
          base -= CODE[pc - 2] as number;
          continue;
        case 13 /* UNBOX_INT */: {
          const value = R[base + (CODE[pc + 2] as number)];
          if (typeof value !== "bigint") {
            break;
          }
          I[base + (CODE[pc + 1] as number)] = value;
          pc += 3;
          continue;
        }
        case 14 /* UNBOX_FLOAT */: {
          const value = R[base + (CODE[pc + 2] as number)];
          if (typeof value !== "number") {
            break;
          }
          F[base + (CODE[pc + 1] as number)] = value;
          pc += 3;
          continue;
        }
        case 15 /* UNBOX_BOOL */: {
          const value = R[base + (CODE[pc + 2] as number)];
          if (typeof value !== "boolean") {
            break;
          }
          W[(base + (CODE[pc + 1] as number)) << 1] = value ? 1 : 0;
          pc += 3;
          continue;
        }
        case 39 /* FDIV */: {
          const divisor = F[base + (CODE[pc + 3] as number)] as number;
          if (divisor === 0) {
            break;
          }
          F[base + (CODE[pc + 1] as number)] = (F[base + (CODE[pc + 2] as number)] as number) /
            divisor;
          pc += 4;
          continue;
        }
        case 41 /* CONCAT */: {
          const left = R[base + (CODE[pc + 2] as number)];
          const right = R[base + (CODE[pc + 3] as number)];
          if (typeof left !== "string" || typeof right !== "string") {
            break;
          }
          const cost = STRING_BYTES + (left.length < right.length ? left.length : right.length);
          const length = left.length + right.length;
          if (length > heap.safeLength || cost > heap.budget || length > heap.ropes) {
            break;
          }
          heap.budget -= cost;
          heap.ropes -= length;
          R[base + (CODE[pc + 1] as number)] = left + right;
          pc += 4;
          continue;
        }
        case 58 /* JUMP */: {
          const target = CODE[pc + 1] as number;
          // `while true {}` jumps to itself.
          if (target <= pc && --fuel < 0) {
            pc = target;
            break run;
          }
          pc = target;
          continue;
        }
        case 59 /* JUMP_IF */:
          if (W[(base + (CODE[pc + 1] as number)) << 1] === 0) {
            pc += 3;
            continue;
          }
          pc = CODE[pc + 2] as number;
          if (--fuel < 0) {
            break run;
          }
          continue;
        case 60 /* JUMP_UNLESS */:
          if (W[(base + (CODE[pc + 1] as number)) << 1] !== 0) {
            pc += 3;
            continue;
          }
          pc = CODE[pc + 2] as number;
          if (--fuel < 0) {
            break run;
          }
          continue;
        case 71 /* FOR_NEXT */: {
          const next = BigInt.asIntN(64, (I[base + (CODE[pc + 1] as number)] as bigint) + 1n);
          I[base + (CODE[pc + 1] as number)] = next;
          if (next >= (I[base + (CODE[pc + 2] as number)] as bigint)) {
            pc += 4;
            continue;
          }
          pc = CODE[pc + 3] as number;
          if (--fuel < 0) {
            break run;
          }
          continue;
        }
        case 72 /* FOR_NEXT_INCLUSIVE */: {
          const counter = I[base + (CODE[pc + 1] as number)] as bigint;
          if (counter >= (I[base + (CODE[pc + 2] as number)] as bigint)) {
            pc += 4;
            continue;
          }
          I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(64, counter + 1n);
          pc = CODE[pc + 3] as number;
          if (--fuel < 0) {
            break run;
          }
          continue;
        }
        case 73 /* CALL */:
          if (base + (CODE[pc + 3] as number) > R.length || fp >= maxFrames) {
            break;
          }
          FRAMES[fp++] = pc + 4;
          base += CODE[pc + 2] as number;
          pc = CODE[pc + 1] as number;
          if (--fuel < 0) {
            break run;
          }
          continue;
        case 88 /* GET_FIELD */: {
          const object = R[base + (CODE[pc + 2] as number)];
          if (!(object instanceof StructValue)) {
            break;
          }
          R[base + (CODE[pc + 1] as number)] = object.fields[CODE[pc + 3] as number] as Value;
          pc += 4;
          continue;
        }
        case 89 /* GET_FIELD_INT */: {
          const object = R[base + (CODE[pc + 2] as number)];
          if (!(object instanceof StructValue)) {
            break;
          }
          const value = object.fields[CODE[pc + 3] as number];
          if (typeof value !== "bigint") {
            break;
          }
          I[base + (CODE[pc + 1] as number)] = value;
          pc += 4;
          continue;
        }
        case 90 /* SET_FIELD */: {
          const object = R[base + (CODE[pc + 1] as number)];
          if (!(object instanceof StructValue)) {
            break;
          }
          object.fields[CODE[pc + 2] as number] = R[base + (CODE[pc + 3] as number)] as Value;
          pc += 4;
          continue;
        }
        case 91 /* SET_FIELD_INT */: {
          const object = R[base + (CODE[pc + 1] as number)];
          if (!(object instanceof StructValue)) {
            break;
          }
          object.fields[CODE[pc + 2] as number] = I[base + (CODE[pc + 3] as number)] as bigint;
          pc += 4;
          continue;
        }
        case 94 /* APPEND_INT */:
        case 105 /* PUSH_INT */: {
          const list = R[base + (CODE[pc + 1] as number)];
          if (
            !(list instanceof Sequence) || list.kind !== SEQUENCE_INT ||
            list.length >= list.capacity
          ) {
            break;
          }
          list.ints[list.length++] = I[base + (CODE[pc + 2] as number)] as bigint;
          pc += 3;
          continue;
        }
        case 102 /* BYTE_AT */: {
          const text = R[base + (CODE[pc + 2] as number)];
          const at = (base + (CODE[pc + 3] as number)) << 1;
          const index = W[at] as number;
          if (typeof text !== "string" || W[at + 1] !== 0 || index < 0 || index >= text.length) {
            break;
          }
          const d = (base + (CODE[pc + 1] as number)) << 1;
          W[d] = text.charCodeAt(index);
          W[d + 1] = 0;
          pc += 4;
          continue;
        }
        case 103 /* LENGTH */: {
          const value = R[base + (CODE[pc + 2] as number)];
          let length: number;
          if (typeof value === "string") {
            length = value.length;
          } else if (value instanceof Sequence) {
            length = value.length;
          } else {
            break;
          }
          const d = (base + (CODE[pc + 1] as number)) << 1;
          W[d] = length;
          W[d + 1] = 0;
          pc += 3;
          continue;
        }
        case 20 /* DIV */: {
          const divisor = I[base + (CODE[pc + 3] as number)] as bigint;
          if (divisor === 0n) {
            break;
          }
          I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
            64,
            (I[base + (CODE[pc + 2] as number)] as bigint) / divisor,
          );
          pc += 4;
          continue;
        }
        case 30 /* DIV_K */: {
          const divisor = INTS[CODE[pc + 3] as number] as bigint;
          if (divisor === 0n) {
            break;
          }
          I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
            64,
            (I[base + (CODE[pc + 2] as number)] as bigint) / divisor,
          );
          pc += 4;
          continue;
        }
        case 21 /* MOD */: {
          const divisor = I[base + (CODE[pc + 3] as number)] as bigint;
          if (divisor === 0n) {
            break;
          }
          I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
            64,
            (I[base + (CODE[pc + 2] as number)] as bigint) % divisor,
          );
          pc += 4;
          continue;
        }
        case 31 /* MOD_K */: {
          const divisor = INTS[CODE[pc + 3] as number] as bigint;
          if (divisor === 0n) {
            break;
          }
          I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
            64,
            (I[base + (CODE[pc + 2] as number)] as bigint) % divisor,
          );
          pc += 4;
          continue;
        }
        case 61 /* JLT */:
          if (
            !((I[base + (CODE[pc + 1] as number)] as bigint) <
              (I[base + (CODE[pc + 2] as number)] as bigint))
          ) {
            pc += 4;
            continue;
          }
          pc = CODE[pc + 3] as number;
          if (--fuel < 0) {
            break run;
          }
          continue;
        case 62 /* JLE */:
          if (
            !((I[base + (CODE[pc + 1] as number)] as bigint) <=
              (I[base + (CODE[pc + 2] as number)] as bigint))
          ) {
            pc += 4;
            continue;
          }
          pc = CODE[pc + 3] as number;
          if (--fuel < 0) {
            break run;
          }
          continue;
        case 63 /* JEQ */:
          if (
            !((I[base + (CODE[pc + 1] as number)] as bigint) ===
              (I[base + (CODE[pc + 2] as number)] as bigint))
          ) {
            pc += 4;
            continue;
          }
          pc = CODE[pc + 3] as number;
          if (--fuel < 0) {
            break run;
          }
          continue;
        case 64 /* JNE */:
          if (
            !((I[base + (CODE[pc + 1] as number)] as bigint) !==
              (I[base + (CODE[pc + 2] as number)] as bigint))
          ) {
            pc += 4;
            continue;
          }
          pc = CODE[pc + 3] as number;
          if (--fuel < 0) {
            break run;
          }
          continue;
        case 65 /* JLT_K */:
          if (
            !((I[base + (CODE[pc + 1] as number)] as bigint) <
              (INTS[CODE[pc + 2] as number] as bigint))
          ) {
            pc += 4;
            continue;
          }
          pc = CODE[pc + 3] as number;
          if (--fuel < 0) {
            break run;
          }
          continue;
        case 66 /* JLE_K */:
          if (
            !((I[base + (CODE[pc + 1] as number)] as bigint) <=
              (INTS[CODE[pc + 2] as number] as bigint))
          ) {
            pc += 4;
            continue;
          }
          pc = CODE[pc + 3] as number;
          if (--fuel < 0) {
            break run;
          }
          continue;
        case 67 /* JGT_K */:
          if (
            !((I[base + (CODE[pc + 1] as number)] as bigint) >
              (INTS[CODE[pc + 2] as number] as bigint))
          ) {
            pc += 4;
            continue;
          }
          pc = CODE[pc + 3] as number;
          if (--fuel < 0) {
            break run;
          }
          continue;
        case 68 /* JGE_K */:
          if (
            !((I[base + (CODE[pc + 1] as number)] as bigint) >=
              (INTS[CODE[pc + 2] as number] as bigint))
          ) {
            pc += 4;
            continue;
          }
          pc = CODE[pc + 3] as number;
          if (--fuel < 0) {
            break run;
          }
          continue;
        case 69 /* JEQ_K */:
          if (
            !((I[base + (CODE[pc + 1] as number)] as bigint) ===
              (INTS[CODE[pc + 2] as number] as bigint))
          ) {
            pc += 4;
            continue;
          }
          pc = CODE[pc + 3] as number;
          if (--fuel < 0) {
            break run;
          }
          continue;
        case 70 /* JNE_K */:
          if (
            !((I[base + (CODE[pc + 1] as number)] as bigint) !==
              (INTS[CODE[pc + 2] as number] as bigint))
          ) {
            pc += 4;
            continue;
          }
          pc = CODE[pc + 3] as number;
          if (--fuel < 0) {
            break run;
          }
          continue;
        case 96 /* GET_INDEX */: {
          const list = R[base + (CODE[pc + 2] as number)];
          const at = (base + (CODE[pc + 3] as number)) << 1;
          const index = W[at] as number;
          if (
            !(list instanceof Sequence) || list.kind !== SEQUENCE_VALUE || W[at + 1] !== 0 ||
            index < 0 || index >= list.length
          ) {
            break;
          }
          R[base + (CODE[pc + 1] as number)] = list.items[index] as Value;
          pc += 4;
          continue;
        }
        case 99 /* SET_INDEX */: {
          const list = R[base + (CODE[pc + 1] as number)];
          const at = (base + (CODE[pc + 2] as number)) << 1;
          const index = W[at] as number;
          if (
            !(list instanceof Sequence) || list.kind !== SEQUENCE_VALUE || W[at + 1] !== 0 ||
            index < 0 || index >= list.length
          ) {
            break;
          }
          list.items[index] = R[base + (CODE[pc + 3] as number)] as Value;
          pc += 4;
          continue;
        }
        case 97 /* GET_INDEX_INT */: {
          const list = R[base + (CODE[pc + 2] as number)];
          const at = (base + (CODE[pc + 3] as number)) << 1;
          const index = W[at] as number;
          if (
            !(list instanceof Sequence) || list.kind !== SEQUENCE_INT || W[at + 1] !== 0 ||
            index < 0 || index >= list.length
          ) {
            break;
          }
          I[base + (CODE[pc + 1] as number)] = list.ints[index] as bigint;
          pc += 4;
          continue;
        }
        case 100 /* SET_INDEX_INT */: {
          const list = R[base + (CODE[pc + 1] as number)];
          const at = (base + (CODE[pc + 2] as number)) << 1;
          const index = W[at] as number;
          if (
            !(list instanceof Sequence) || list.kind !== SEQUENCE_INT || W[at + 1] !== 0 ||
            index < 0 || index >= list.length
          ) {
            break;
          }
          list.ints[index] = I[base + (CODE[pc + 3] as number)] as bigint;
          pc += 4;
          continue;
        }
        case 98 /* GET_INDEX_FLOAT */: {
          const list = R[base + (CODE[pc + 2] as number)];
          const at = (base + (CODE[pc + 3] as number)) << 1;
          const index = W[at] as number;
          if (
            !(list instanceof Sequence) || list.kind !== SEQUENCE_FLOAT || W[at + 1] !== 0 ||
            index < 0 || index >= list.length
          ) {
            break;
          }
          F[base + (CODE[pc + 1] as number)] = list.floats[index] as number;
          pc += 4;
          continue;
        }
        case 101 /* SET_INDEX_FLOAT */: {
          const list = R[base + (CODE[pc + 1] as number)];
          const at = (base + (CODE[pc + 2] as number)) << 1;
          const index = W[at] as number;
          if (
            !(list instanceof Sequence) || list.kind !== SEQUENCE_FLOAT || W[at + 1] !== 0 ||
            index < 0 || index >= list.length
          ) {
            break;
          }
          list.floats[index] = F[base + (CODE[pc + 3] as number)] as number;
          pc += 4;
          continue;
        }
      }
      this.#pc = pc;
      this.#base = base;
      this.#fp = fp;
      const signal = this.#general();
      if (signal !== Signal.CONTINUE) {
        return signal;
      }
      pc = this.#pc;
      base = this.#base;
      fp = this.#fp;
      if (--fuel < 0) {
        break;
      }
    }
    this.#pc = pc;
    this.#base = base;
    this.#fp = fp;
    return Signal.SLICE;
  }

  /** Runs the instruction at the current address, whatever it is. */
  #general(): number {
    const R = this.#refs;
    const heap = this.#heap;
    const maxFrames = this.#maxFrames;
    let pc = this.#pc;
    let base = this.#base;
    let fp = this.#fp;
    switch (CODE[pc]) {
      case 0 /* HALT */: {
        return Signal.DONE;
      }
      case 13 /* UNBOX_INT */: {
        const value = R[base + (CODE[pc + 2] as number)];
        if (typeof value !== "bigint") {
          throw runtimeError("expected integer");
        }
        I[base + (CODE[pc + 1] as number)] = value;
        pc += 3;
        break;
      }
      case 14 /* UNBOX_FLOAT */: {
        F[base + (CODE[pc + 1] as number)] = unboxFloat(
          R[base + (CODE[pc + 2] as number)] as Value,
        );
        pc += 3;
        break;
      }
      case 15 /* UNBOX_BOOL */: {
        W[(base + (CODE[pc + 1] as number)) << 1] =
          unboxBool(R[base + (CODE[pc + 2] as number)] as Value) ? 1 : 0;
        pc += 3;
        break;
      }
      case 16 /* TRUTHY */: {
        W[(base + (CODE[pc + 1] as number)) << 1] =
          truthy(R[base + (CODE[pc + 2] as number)] as Value) ? 1 : 0;
        pc += 3;
        break;
      }
      case 20 /* DIV */: {
        const divisor = I[base + (CODE[pc + 3] as number)] as bigint;
        if (divisor === 0n) {
          throw runtimeError("division by zero");
        }
        I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
          64,
          (I[base + (CODE[pc + 2] as number)] as bigint) / divisor,
        );
        pc += 4;
        break;
      }
      case 21 /* MOD */: {
        const divisor = I[base + (CODE[pc + 3] as number)] as bigint;
        if (divisor === 0n) {
          throw runtimeError("division by zero");
        }
        I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
          64,
          (I[base + (CODE[pc + 2] as number)] as bigint) % divisor,
        );
        pc += 4;
        break;
      }
      case 30 /* DIV_K */: {
        const divisor = INTS[CODE[pc + 3] as number] as bigint;
        if (divisor === 0n) {
          throw runtimeError("division by zero");
        }
        I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
          64,
          (I[base + (CODE[pc + 2] as number)] as bigint) / divisor,
        );
        pc += 4;
        break;
      }
      case 31 /* MOD_K */: {
        const divisor = INTS[CODE[pc + 3] as number] as bigint;
        if (divisor === 0n) {
          throw runtimeError("division by zero");
        }
        I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
          64,
          (I[base + (CODE[pc + 2] as number)] as bigint) % divisor,
        );
        pc += 4;
        break;
      }
      case 39 /* FDIV */: {
        const divisor = F[base + (CODE[pc + 3] as number)] as number;
        if (divisor === 0) {
          throw runtimeError("division by zero");
        }
        F[base + (CODE[pc + 1] as number)] = (F[base + (CODE[pc + 2] as number)] as number) /
          divisor;
        pc += 4;
        break;
      }
      case 41 /* CONCAT */: {
        const left = R[base + (CODE[pc + 2] as number)];
        const right = R[base + (CODE[pc + 3] as number)];
        if (typeof left !== "string" || typeof right !== "string") {
          throw runtimeError("expected reference");
        }
        heap.reserveConcat(left.length, right.length);
        R[base + (CODE[pc + 1] as number)] = left + right;
        pc += 4;
        break;
      }
      case 42 /* CONCAT_ALL */: {
        R[base + (CODE[pc + 1] as number)] = this.#concatAll(
          base + (CODE[pc + 2] as number),
          CODE[pc + 3] as number,
        );
        pc += 4;
        break;
      }
      case 54 /* SAME */: {
        this.#compareLong(R[base + (CODE[pc + 2] as number)]);
        W[(base + (CODE[pc + 1] as number)) << 1] = sameValue(
            R[base + (CODE[pc + 2] as number)] as Value,
            R[base + (CODE[pc + 3] as number)] as Value,
          )
          ? 1
          : 0;
        pc += 4;
        break;
      }
      case 55 /* DIFFER */: {
        this.#compareLong(R[base + (CODE[pc + 2] as number)]);
        W[(base + (CODE[pc + 1] as number)) << 1] = sameValue(
            R[base + (CODE[pc + 2] as number)] as Value,
            R[base + (CODE[pc + 3] as number)] as Value,
          )
          ? 0
          : 1;
        pc += 4;
        break;
      }
      case 56 /* ANY_BINARY */: {
        R[base + (CODE[pc + 1] as number)] = anyBinary(
          CODE[pc + 2] as number,
          R[base + (CODE[pc + 3] as number)] as Value,
          R[base + (CODE[pc + 4] as number)] as Value,
          heap,
        );
        pc += 5;
        break;
      }
      case 57 /* ANY_NEGATE */: {
        R[base + (CODE[pc + 1] as number)] = anyNegate(R[base + (CODE[pc + 2] as number)] as Value);
        pc += 3;
        break;
      }
      case 73 /* CALL */: {
        if (base + (CODE[pc + 3] as number) > R.length) {
          this.#grow(base + (CODE[pc + 3] as number));
        }
        if (fp >= maxFrames) {
          throw tooDeep(maxFrames);
        }
        FRAMES[fp++] = pc + 4;
        base += CODE[pc + 2] as number;
        pc = CODE[pc + 1] as number;
        break;
      }
      case 74 /* CALL_VALUE */:
      case 75 /* CALL_INTERFACE */: {
        const window = base + (CODE[pc + 2] as number);
        let target: number;
        if (CODE[pc] === 74 /* CALL_VALUE */) {
          const callee = R[window];
          if (!(callee instanceof Closure)) {
            throw runtimeError("expected reference");
          }
          target = callee.function;
        } else {
          target = this.#interfaceTarget(window, CODE[pc + 1] as number);
        }
        const adapter = this.#prepareCall(window, target, CODE[pc + 3] as number);
        if (fp + 1 >= maxFrames) {
          throw tooDeep(maxFrames);
        }
        if (CODE[pc] === 75 /* CALL_INTERFACE */) {
          this.#unwrapReceiver(window, target);
        }
        FRAMES[fp++] = pc + 4;
        if (adapter >= 0) {
          FRAMES[fp++] = adapter;
        }
        base = window;
        pc = (this.#program.functions[target] as { start: number }).start;
        break;
      }
      case 81 /* ADAPT */: {
        this.#store(base, CODE[pc + 2] as number, this.#boxed(base, CODE[pc + 1] as number));
        pc = FRAMES[--fp] as number;
        base -= CODE[pc - 2] as number;
        break;
      }
      case 82 /* CLOSURE */: {
        R[base + (CODE[pc + 1] as number)] = this.#closure(
          CODE[pc + 2] as number,
          base + (CODE[pc + 3] as number),
          CODE[pc + 4] as number,
        );
        pc += 5;
        break;
      }
      case 84 /* CELL_NEW */: {
        heap.reserve(OBJECT_BYTES);
        R[base + (CODE[pc + 1] as number)] = new Cell(R[base + (CODE[pc + 2] as number)] as Value);
        pc += 3;
        break;
      }
      case 87 /* STRUCT */: {
        R[base + (CODE[pc + 1] as number)] = this.#struct(
          CODE[pc + 2] as number,
          base + (CODE[pc + 3] as number),
        );
        pc += 4;
        break;
      }
      case 88 /* GET_FIELD */: {
        const object = R[base + (CODE[pc + 2] as number)];
        if (!(object instanceof StructValue)) {
          throw runtimeError("expected reference");
        }
        R[base + (CODE[pc + 1] as number)] = object.fields[CODE[pc + 3] as number] as Value;
        pc += 4;
        break;
      }
      case 89 /* GET_FIELD_INT */: {
        const object = R[base + (CODE[pc + 2] as number)];
        if (!(object instanceof StructValue)) {
          throw runtimeError("expected reference");
        }
        const value = object.fields[CODE[pc + 3] as number];
        if (typeof value !== "bigint") {
          throw runtimeError("expected integer");
        }
        I[base + (CODE[pc + 1] as number)] = value;
        pc += 4;
        break;
      }
      case 90 /* SET_FIELD */: {
        const object = R[base + (CODE[pc + 1] as number)];
        if (!(object instanceof StructValue)) {
          throw runtimeError("expected reference");
        }
        object.fields[CODE[pc + 2] as number] = R[base + (CODE[pc + 3] as number)] as Value;
        pc += 4;
        break;
      }
      case 91 /* SET_FIELD_INT */: {
        const object = R[base + (CODE[pc + 1] as number)];
        if (!(object instanceof StructValue)) {
          throw runtimeError("expected reference");
        }
        object.fields[CODE[pc + 2] as number] = I[base + (CODE[pc + 3] as number)] as bigint;
        pc += 4;
        break;
      }
      case 92 /* SEQUENCE */: {
        R[base + (CODE[pc + 1] as number)] = makeSequence(
          this.#context,
          CODE[pc + 2] as number,
          (CODE[pc + 3] as number) !== 0,
          0,
          CODE[pc + 4] as number,
        );
        pc += 5;
        break;
      }
      case 93 /* APPEND */:
      case 104 /* PUSH */: {
        push(
          this.#context,
          asSequence(R[base + (CODE[pc + 1] as number)] as Value),
          R[base + (CODE[pc + 2] as number)] as Value,
        );
        pc += 3;
        break;
      }
      case 95 /* APPEND_FLOAT */: {
        push(
          this.#context,
          asSequence(R[base + (CODE[pc + 1] as number)] as Value),
          F[base + (CODE[pc + 2] as number)] as number,
        );
        pc += 3;
        break;
      }
      case 94 /* APPEND_INT */:
      case 105 /* PUSH_INT */: {
        const list = R[base + (CODE[pc + 1] as number)];
        if (
          list instanceof Sequence && list.kind === SequenceKind.INT && list.length < list.capacity
        ) {
          list.ints[list.length++] = I[base + (CODE[pc + 2] as number)] as bigint;
        } else {
          push(
            this.#context,
            asSequence(list as Value),
            I[base + (CODE[pc + 2] as number)] as bigint,
          );
        }
        pc += 3;
        break;
      }
      case 96 /* GET_INDEX */: {
        const list = R[base + (CODE[pc + 2] as number)];
        const at = (base + (CODE[pc + 3] as number)) << 1;
        const index = W[at] as number;
        if (
          list instanceof Sequence && list.kind === SequenceKind.VALUE && W[at + 1] === 0 &&
          index >= 0 && index < list.length
        ) {
          R[base + (CODE[pc + 1] as number)] = list.items[index] as Value;
        } else {
          R[base + (CODE[pc + 1] as number)] = indexAny(
            list as Value,
            I[base + (CODE[pc + 3] as number)] as bigint,
          );
        }
        pc += 4;
        break;
      }
      case 97 /* GET_INDEX_INT */: {
        const list = R[base + (CODE[pc + 2] as number)];
        const at = (base + (CODE[pc + 3] as number)) << 1;
        const index = W[at] as number;
        if (
          list instanceof Sequence && list.kind === SequenceKind.INT && W[at + 1] === 0 &&
          index >= 0 && index < list.length
        ) {
          I[base + (CODE[pc + 1] as number)] = list.ints[index] as bigint;
        } else {
          I[base + (CODE[pc + 1] as number)] = unboxInt(
            indexAny(list as Value, I[base + (CODE[pc + 3] as number)] as bigint),
          );
        }
        pc += 4;
        break;
      }
      case 98 /* GET_INDEX_FLOAT */: {
        const list = R[base + (CODE[pc + 2] as number)];
        const at = (base + (CODE[pc + 3] as number)) << 1;
        const index = W[at] as number;
        if (
          list instanceof Sequence && list.kind === SequenceKind.FLOAT && W[at + 1] === 0 &&
          index >= 0 && index < list.length
        ) {
          F[base + (CODE[pc + 1] as number)] = list.floats[index] as number;
        } else {
          F[base + (CODE[pc + 1] as number)] = unboxFloat(
            indexAny(list as Value, I[base + (CODE[pc + 3] as number)] as bigint),
          );
        }
        pc += 4;
        break;
      }
      case 99 /* SET_INDEX */: {
        const list = R[base + (CODE[pc + 1] as number)];
        const at = (base + (CODE[pc + 2] as number)) << 1;
        const index = W[at] as number;
        if (
          list instanceof Sequence && list.kind === SequenceKind.VALUE && W[at + 1] === 0 &&
          index >= 0 && index < list.length
        ) {
          list.items[index] = R[base + (CODE[pc + 3] as number)] as Value;
        } else {
          setIndexAny(
            list as Value,
            I[base + (CODE[pc + 2] as number)] as bigint,
            R[base + (CODE[pc + 3] as number)] as Value,
          );
        }
        pc += 4;
        break;
      }
      case 100 /* SET_INDEX_INT */: {
        const list = R[base + (CODE[pc + 1] as number)];
        const at = (base + (CODE[pc + 2] as number)) << 1;
        const index = W[at] as number;
        if (
          list instanceof Sequence && list.kind === SequenceKind.INT && W[at + 1] === 0 &&
          index >= 0 && index < list.length
        ) {
          list.ints[index] = I[base + (CODE[pc + 3] as number)] as bigint;
        } else {
          setIndexAny(
            list as Value,
            I[base + (CODE[pc + 2] as number)] as bigint,
            I[base + (CODE[pc + 3] as number)] as bigint,
          );
        }
        pc += 4;
        break;
      }
      case 101 /* SET_INDEX_FLOAT */: {
        const list = R[base + (CODE[pc + 1] as number)];
        const at = (base + (CODE[pc + 2] as number)) << 1;
        const index = W[at] as number;
        if (
          list instanceof Sequence && list.kind === SequenceKind.FLOAT && W[at + 1] === 0 &&
          index >= 0 && index < list.length
        ) {
          list.floats[index] = F[base + (CODE[pc + 3] as number)] as number;
        } else {
          setIndexAny(
            list as Value,
            I[base + (CODE[pc + 2] as number)] as bigint,
            F[base + (CODE[pc + 3] as number)] as number,
          );
        }
        pc += 4;
        break;
      }
      case 102 /* BYTE_AT */: {
        const text = R[base + (CODE[pc + 2] as number)];
        const at = (base + (CODE[pc + 3] as number)) << 1;
        const index = W[at] as number;
        if (typeof text !== "string") {
          throw runtimeError("expected reference");
        }
        if (W[at + 1] !== 0 || index < 0 || index >= text.length) {
          throw outOfBounds(text, I[base + (CODE[pc + 3] as number)] as bigint);
        }
        const d = (base + (CODE[pc + 1] as number)) << 1;
        W[d] = text.charCodeAt(index);
        W[d + 1] = 0;
        pc += 4;
        break;
      }
      case 103 /* LENGTH */: {
        const d = (base + (CODE[pc + 1] as number)) << 1;
        W[d] = lengthOf(R[base + (CODE[pc + 2] as number)] as Value);
        W[d + 1] = 0;
        pc += 3;
        break;
      }
      case 106 /* MAP */: {
        heap.reserve(OBJECT_BYTES + 16 * 8);
        R[base + (CODE[pc + 1] as number)] = new MocaMap();
        pc += 2;
        break;
      }
      case 107 /* NATIVE */: {
        this.#native(
          CODE[pc + 1] as number,
          base + (CODE[pc + 2] as number),
          CODE[pc + 3] as number,
        );
        pc += 4;
        break;
      }
      case 108 /* HOST_CALL */: {
        if (
          !this.#hostCall(
            CODE[pc + 1] as number,
            base + (CODE[pc + 2] as number),
            CODE[pc + 3] as number,
          )
        ) {
          return Signal.BLOCKED;
        }
        pc += 4;
        break;
      }
      case 109 /* TEXT */:
      case 110 /* TEXT_RESUME */: {
        let register: number;
        let builder: TextBuilder;
        if (CODE[pc] === 109 /* TEXT */) {
          register = base + (CODE[pc + 3] as number);
          builder = new TextBuilder(
            this.#program,
            (CODE[pc + 1] as number) === 1 ? "inspect" : "display",
            R[register] as Value,
            (bytes) => heap.reserve(bytes),
          );
          pc += 4;
        } else {
          register = base + (CODE[pc + 1] as number);
          builder = R[register] as TextBuilder;
          if (builder.calling) {
            builder.calling = false;
            builder.append(asString(R[register + 1] as Value));
          }
        }
        R[register] = builder;
        const step = builder.step();
        if (step === true) {
          R[register] = builder.text;
          pc += 2;
        } else if (step === false) {
          this.#spend(TEXT_WORK);
        } else {
          const fn = this.#program.functions[step.function] as { start: number; registers: number };
          if (fp >= maxFrames) {
            throw tooDeep(maxFrames);
          }
          if (register + 1 + fn.registers > R.length) {
            this.#grow(register + 1 + fn.registers);
          }
          builder.calling = true;
          R[register + 1] = step.self;
          FRAMES[fp++] = pc;
          base = register + 1;
          pc = fn.start;
        }
        break;
      }
      case 111 /* THROW */: {
        this.#error = runtimeError(this.#plain(R[base + (CODE[pc + 1] as number)] as Value));
        // Returned, not thrown, since V8 takes its time for that.
        return Signal.TRAP;
      }
      case 112 /* SPAWN */: {
        if (this.#spawn(base + (CODE[pc + 1] as number), CODE[pc + 2] as number)) {
          this.#pc = pc + 3;
          return Signal.CHILD;
        }
        pc += 3;
        break;
      }
      case 113 /* JOIN */: {
        const value = this.#join(I[base + (CODE[pc + 2] as number)] as bigint);
        if (value === PENDING) {
          return Signal.BLOCKED;
        }
        R[base + (CODE[pc + 1] as number)] = value;
        pc += 3;
        break;
      }
      case 114 /* BOX_DYN */: {
        R[base + (CODE[pc + 1] as number)] = this.#boxDyn(
          R[base + (CODE[pc + 2] as number)] as Value,
          CODE[pc + 3] as number,
        );
        pc += 4;
        break;
      }
      case 115 /* DYN_IS */: {
        const box = R[base + (CODE[pc + 2] as number)];
        W[(base + (CODE[pc + 1] as number)) << 1] =
          box instanceof DynBox && box.type === (CODE[pc + 3] as number) ? 1 : 0;
        pc += 4;
        break;
      }
      case 116 /* DYN_IMPLEMENTS */: {
        W[(base + (CODE[pc + 1] as number)) << 1] =
          this.#implements(R[base + (CODE[pc + 2] as number)] as Slot, CODE[pc + 3] as number)
            ? 1
            : 0;
        pc += 4;
        break;
      }
      case 117 /* DYN_VALUE */: {
        const box = R[base + (CODE[pc + 2] as number)];
        R[base + (CODE[pc + 1] as number)] = box instanceof DynBox ? box.value : box as Slot;
        pc += 3;
        break;
      }
      case 118 /* ASM */: {
        if (
          !this.#asm(
            CODE[pc + 1] as number,
            base + (CODE[pc + 2] as number),
            CODE[pc + 3] as number,
          )
        ) {
          return Signal.BLOCKED;
        }
        pc += 4;
        break;
      }
      default:
        throw new TypeError(`Cannot run program: no instruction ${CODE[pc]} at ${pc}`);
    }
    this.#pc = pc;
    this.#base = base;
    this.#fp = fp;
    return Signal.CONTINUE;
  }
}

function tooDeep(maxFrames: number): MocaLimitError {
  return new MocaLimitError(`runtime error: stack overflow: more than ${maxFrames} calls`);
}

function unboxInt(value: Value): bigint {
  if (typeof value !== "bigint") {
    throw runtimeError("expected integer");
  }
  return value;
}

function unboxFloat(value: Value): number {
  if (typeof value !== "number") {
    throw runtimeError("expected float");
  }
  return value;
}

function unboxBool(value: Value): boolean {
  if (typeof value !== "boolean") {
    throw runtimeError("expected bool");
  }
  return value;
}

function asString(value: Value): string {
  if (typeof value !== "string") {
    throw runtimeError("expected reference");
  }
  return value;
}

function asSequence(value: Value): Sequence {
  if (!(value instanceof Sequence)) {
    throw runtimeError("expected reference");
  }
  return value;
}

function lengthOf(value: Value): number {
  if (typeof value === "string" || value instanceof Sequence) {
    return value.length;
  }
  if (value instanceof MocaMap) {
    return value.size;
  }
  throw runtimeError("expected reference");
}

/** Shifts a 64-bit integer, held in two halves, to the left. */
function shiftLeft(words: Int32Array, d: number, a: number, count: number): void {
  const low = words[a] as number;
  const high = words[a + 1] as number;
  if (count >= 32) {
    words[d] = 0;
    words[d + 1] = low << (count - 32);
  } else if (count === 0) {
    words[d] = low;
    words[d + 1] = high;
  } else {
    words[d] = low << count;
    words[d + 1] = (high << count) | (low >>> (32 - count));
  }
}

/** Shifts a 64-bit integer, held in two halves, to the right, keeping its sign. */
function shiftRight(words: Int32Array, d: number, a: number, count: number): void {
  const low = words[a] as number;
  const high = words[a + 1] as number;
  if (count >= 32) {
    words[d] = high >> (count - 32);
    words[d + 1] = high >> 31;
  } else if (count === 0) {
    words[d] = low;
    words[d + 1] = high;
  } else {
    words[d] = (low >>> count) | (high << (32 - count));
    words[d + 1] = high >> count;
  }
}
