/**
 * The moca script language: a statically checked language and the machine that runs it. It knows
 * nothing of files and sockets; a host gives it output, time, source files and host calls.
 *
 * @example
 * ```ts
 * import { compile, Vm } from "@vmsock/vmsock/moca";
 *
 * let text = "";
 * const program = compile(`print("hello " + "world");`, { path: "hello.mc" });
 * const state = new Vm(program, { output: (_fd, bytes) => void (text += bytes) }).run();
 * console.log(state.kind, text); // done hello world
 * ```
 *
 * @module
 */
export { checkSource, compile, type CompileOptions, testFunctions } from "./compile.ts";
export {
  type Diagnostic,
  formatDiagnostics,
  formatPosition,
  formatRuntimeError,
  MocaCompileError,
  MocaLimitError,
  MocaTrap,
  type Position,
  runtimeError,
  type StackLine,
} from "./error.ts";
export {
  type Bytecode,
  type FunctionCode,
  HALT_ADDRESS,
  type Handler,
  type InterfaceTable,
  type LayoutData,
  MAX_CODE,
  MAX_CONSTANTS,
  positionAt,
  type RegisterClass,
  type RuntimeType,
} from "./bytecode.ts";
export { disassemble } from "./disassembler.ts";
export { MocaVerifyError, verify } from "./verifier.ts";
export type { LoadSource } from "./loader.ts";
export type { Prelude } from "./prelude.ts";
export { DEFAULT_MAX_HEAP } from "./heap.ts";
export { bytesToUtf8, fromBytes, toBytes, utf8ToBytes } from "./text.ts";
export { formatFloat } from "./format.ts";
export * from "./value.ts";
export { type MapKey, MocaMap } from "./map.ts";
export * from "./vm_types.ts";
export { Vm } from "./vm.ts";
export type * from "./typed_program.ts";
export type { AsmNode, AsmOperand, BinaryOperator, TypeNode } from "./ast.ts";
export type {
  GenericName,
  PrimitiveName,
  StructInfo,
  Type,
  TypeParameter,
  TypeVariable,
} from "./types.ts";
