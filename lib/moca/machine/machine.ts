/**
 * The state of one machine, and what instructions of several kinds do to it.
 *
 * All of it is explicit (address, window of registers, return addresses), so that a machine can stop
 * at a host call and be resumed.
 *
 * @module
 */
import {
  type Bytecode,
  classNumber,
  functionAt,
  HALT_ADDRESS,
  MAX_CODE,
  MAX_CONSTANTS,
} from "../bytecode.ts";
import { MocaLimitError } from "../error.ts";
import { TextBuilder } from "../format.ts";
import { type Heap, OBJECT_BYTES, SLOT_BYTES } from "../heap.ts";
import type { HeapWalk } from "../heap_walk.ts";
import { NATIVES } from "../natives/mod.ts";
import type { NativeContext, NativeRow } from "../natives/native.ts";
import { utf8ToBytes } from "../text.ts";
import { type Cell, Sequence, SequenceKind, type Value } from "../value.ts";
import { bool, float, int } from "../value_checks.ts";
import { DEFAULT_MAX_FRAMES, type HostCall, type VmOptions } from "../vm_types.ts";
import type { AsmRun } from "./asm_run.ts";
import {
  acquire,
  FLOAT_REGISTERS,
  HALF_REGISTERS,
  INT_REGISTERS,
  MAX_FRAMES,
  MAX_REGISTERS,
  type SavedRegisters,
} from "./registers.ts";
import type { InlineThreads } from "./threads.ts";

/** Work of long instructions between two looks at the clock, in about nanoseconds. */
const WORK_PER_TICK = 2 ** 20;

/** Work counted for a thousand pieces of text. */
export const TEXT_WORK: number = 2 ** 16;

/** Registers for references at first; they grow with the depth of calls. */
const FIRST_REGISTERS = 256;

/** Bytes counted for a machine. */
export const MACHINE_BYTES = 8192;

/** Bytes counted for a register. */
const REGISTER_BYTES = 16;

/** What a register for references may hold besides values. */
export type Slot = Value | Cell | TextBuilder;

/** A native as instructions call it. */
export interface NativeCall {
  /** What it does. */
  readonly run: NativeRow["run"];
  /** Numbers of the classes of its arguments. */
  readonly classes: readonly number[];
}

/** What a machine is made with besides its program. */
export interface MachineParts {
  /** What the host provides. */
  readonly options: VmOptions;
  /** Counts its memory. */
  readonly heap: Heap;
  /** Its threads, where the host has none. */
  readonly threads: InlineThreads;
}

/** The state of one machine. */
export class Machine {
  /** The program. */
  readonly program: Bytecode;
  /** What the host provides. */
  readonly options: VmOptions;
  /** Counts memory. */
  readonly heap: Heap;
  /** What natives see of the machine. */
  readonly context: NativeContext;
  /** The natives that the program calls, by the number in its instructions. */
  readonly natives: readonly NativeCall[];
  /** Host calls by number. */
  readonly hostCalls: ReadonlyMap<number, HostCall>;
  /** Threads, where the host has none. */
  readonly threads: InlineThreads;
  /** Calls inside one another, at most. */
  readonly maxFrames: number;
  /** Registers for references. */
  readonly refs: Slot[] = [];
  /** Address of the current instruction. */
  pc: number = HALT_ADDRESS;
  /** First register of the current call. */
  base = 0;
  /** Return addresses in use. */
  fp = 1;
  /** Its part of the shared registers while another machine has them. */
  saved: SavedRegisters = {
    registers: new BigInt64Array(0),
    frames: new Int32Array([HALT_ADDRESS]),
  };
  /** Whether it will never run again. */
  finished = false;
  /** The error that stopped the loop. */
  error: unknown = null;
  /** The host call that is pending; −1 is a join. */
  blocked: { readonly call: number; readonly args: readonly Value[] } = { call: 0, args: [] };
  /** The asm block that has begun and not ended. */
  asmRun: AsmRun | null = null;
  /** Texts that are being made and are in no register. */
  readonly #texts: TextBuilder[] = [];
  /** Work of long instructions since the last look at the clock, in about nanoseconds. */
  #work = 0;

  /**
   * Makes a machine that stands at the beginning of a function.
   *
   * @param program The program; it must have been verified.
   * @param parts What else it is made with.
   * @throws {RangeError} If the program is too large, or the function is none or has parameters.
   */
  constructor(program: Bytecode, { options, heap, threads }: MachineParts) {
    if (
      program.code.length > MAX_CODE || program.ints.length > MAX_CONSTANTS ||
      program.floats.length > MAX_CONSTANTS
    ) {
      throw new RangeError("Cannot run program: it is too large");
    }
    this.program = program;
    this.options = options;
    this.heap = heap;
    this.threads = threads;
    this.hostCalls = options.hostCalls ?? new Map<number, HostCall>();
    this.maxFrames = Math.min(options.maxFrames ?? DEFAULT_MAX_FRAMES, MAX_FRAMES);
    for (let i = 0; i < FIRST_REGISTERS; i++) {
      this.refs.push(null);
    }
    this.heap.addRoots(this.#roots);
    this.natives = program.natives.map(({ name }) => {
      const row = NATIVES.get(name);
      if (row === undefined) {
        throw new TypeError(`Cannot run program: there is no native "${name}"`);
      }
      return { run: row.run, classes: [...row.params].map(classNumber) };
    });
    this.context = {
      program,
      heap,
      args: (options.args ?? []).map(utf8ToBytes),
      channels: [],
      output: options.output,
      plain: (value) => this.plain(value),
      spend: (work) => this.spend(work),
      time: options.time ?? (() => 0n),
    };
    this.#enter(options.entry ?? 0);
  }

  #enter(index: number): void {
    const entry = this.program.functions[index];
    if (entry === undefined || entry.params.length > 0) {
      throw new RangeError(`Cannot run program: no function ${index} without parameters`);
    }
    this.pc = entry.start;
    this.reserveRegisters(entry.registers);
  }

  /** Lets go of what it holds: it will never run again. */
  finish(): void {
    this.finished = true;
    this.heap.removeRoots(this.#roots);
  }

  /** What a walk starts from; registers above the current window are dropped. */
  readonly #roots = (walk: HeapWalk): void => {
    const top = this.base + this.windowSize();
    this.refs.fill(null, Math.min(top, this.refs.length));
    walk.add(MACHINE_BYTES + this.refs.length * REGISTER_BYTES);
    walk.slots(this.refs, top);
    walk.add(this.context.channels.length * SLOT_BYTES);
    walk.slots(this.context.channels);
    walk.slots(this.#texts);
    walk.slots(this.asmRun?.stack ?? []);
    walk.slots(this.asmRun?.locals ?? []);
  };

  /** Registers of the current call. */
  windowSize(): number {
    return this.program.functions[functionAt(this.program, this.pc)]?.registers ?? 0;
  }

  /**
   * Makes room for registers.
   *
   * @param needed How many there must be.
   * @throws {MocaLimitError} If there may not be so many.
   */
  reserveRegisters(needed: number): void {
    const { refs } = this;
    if (needed <= refs.length) {
      return;
    }
    if (needed > MAX_REGISTERS) {
      throw new MocaLimitError("runtime error: stack overflow: too many registers in use");
    }
    const size = Math.min(MAX_REGISTERS, Math.max(needed, refs.length * 2));
    this.heap.reserve((size - refs.length) * REGISTER_BYTES);
    while (refs.length < size) {
      refs.push(null);
    }
  }

  /** The value of a register of a class, by the class's number. */
  load(register: number, classNumber: number): Value {
    switch (classNumber) {
      case 0:
        return INT_REGISTERS[register] ?? 0n;
      case 1:
        return FLOAT_REGISTERS[register] ?? 0;
      case 2:
        return HALF_REGISTERS[register * 2] !== 0;
      default:
        return this.refs[register] as Value;
    }
  }

  /**
   * Puts a value into a register of a class.
   *
   * @param register The register.
   * @param classNumber The class's number.
   * @param value The value.
   * @throws {MocaTrap} If the value is none of that class.
   */
  store(register: number, classNumber: number, value: Value): void {
    if (classNumber === 0) {
      INT_REGISTERS[register] = int(value);
    } else if (classNumber === 1) {
      FLOAT_REGISTERS[register] = float(value);
    } else if (classNumber === 2) {
      HALF_REGISTERS[register * 2] = bool(value) ? 1 : 0;
    } else {
      this.refs[register] = value;
    }
  }

  /** The references in a row of registers. */
  window<T extends Slot = Value>(start: number, count: number): T[] {
    const values: T[] = [];
    for (let i = 0; i < count; i++) {
      values.push(this.refs[start + i] as T);
    }
    return values;
  }

  /** Asks the host whether to go on. */
  tick(): void {
    const text = this.options.interrupt?.() ?? null;
    acquire(this);
    if (text !== null) {
      throw new MocaLimitError(text);
    }
  }

  /** Asks about the time after instructions that took long, which the slices do not count. */
  spend(work: number): void {
    this.#work += work;
    if (this.#work >= WORK_PER_TICK) {
      this.#work = 0;
      this.tick();
    }
  }

  /** Counts what a host call has made; what it put into an array or Vec was made by it as well. */
  reserveResult(value: Value): void {
    if (typeof value === "string") {
      this.heap.reserveString(value.length);
    } else if (value instanceof Sequence) {
      const slot = value.kind === SequenceKind.VALUE ? SLOT_BYTES : 8;
      this.heap.reserve(OBJECT_BYTES + value.capacity * slot);
      for (const item of value.items) {
        this.reserveResult(item);
      }
    }
  }

  /** The text of a value without calling into the program, as errors show it. */
  plain(value: Value): string {
    const reserve = (bytes: number): void => this.heap.reserve(bytes);
    const text = new TextBuilder(this.program, "plain", value, reserve);
    this.#texts.push(text);
    try {
      // A value that contains itself ends at one of the limits.
      while (text.step() !== true) {
        this.spend(TEXT_WORK);
      }
      return text.text;
    } finally {
      this.#texts.pop();
    }
  }
}
