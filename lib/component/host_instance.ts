/**
 * Instances that the host provides: JavaScript objects as what a component imports.
 *
 * The shape is jco's for `--instantiation`: under an interface's name, with or without its version,
 * its functions in camelCase and a class for each resource, with the methods; see `HostImports`.
 *
 * @module
 */
import type { ComponentFunction, FunctionType } from "./abi/function.ts";
import { ResourceType } from "./abi/resource.ts";
import { ComponentError, Trap } from "./error.ts";
import { camelCase, className, withoutVersion } from "./names.ts";

/** What an interface provides, by name: functions, and the classes of its resources. */
export type HostInterface = Readonly<Record<string, unknown>>;

/**
 * What a host provides: interfaces by name (`wasi:io/streams`, with `@0.2.3` or without), and
 * functions that a component imports by themselves, in camelCase.
 *
 * Values pass as with jco's transpiled components: a record is an object with camelCase fields, a
 * variant `{ tag, val }`, an enum its name, an option undefined or the value, a tuple and a list an
 * array, a list of numbers a typed array, `u64` and `s64` a BigInt, flags an object of booleans, a
 * resource an object of its class, ended by `[Symbol.dispose]`. A function whose result is a
 * `result` returns its `ok` value or throws its `err` value; an Error that is thrown ends the guest.
 * Bytes that a guest passes are a view of its memory, valid until the function returns.
 */
export type HostImports = Readonly<Record<string, HostInterface | HostFunctionValue>>;

/** A function of the host. */
// deno-lint-ignore no-explicit-any
export type HostFunctionValue = (...args: any[]) => unknown;

/** A function that the host provides. */
class HostFunction implements ComponentFunction {
  readonly isHost = true;
  readonly name: string;
  readonly type: FunctionType;
  readonly call: (args: unknown[]) => unknown;

  constructor(name: string, type: FunctionType, call: (args: unknown[]) => unknown) {
    this.name = name;
    this.type = type;
    this.call = call;
  }
}

/** What one component imports from the host. */
export class Host {
  readonly #imports: HostImports;
  readonly #resources = new Map<string, ResourceType>();

  /** Looks into `imports`. */
  constructor(imports: HostImports) {
    this.#imports = imports;
  }

  /** A function that is imported by itself. */
  plainFunction(name: string, type: FunctionType): ComponentFunction {
    const found = this.#imports[name] ?? this.#imports[camelCase(name)];
    return plain(name, type, typeof found === "function" ? found : undefined);
  }

  /** A function of an interface. What is missing ends the guest when it is called. */
  function(interfaceName: string, name: string, type: FunctionType): ComponentFunction {
    const provided = this.#interface(interfaceName);
    const label = `${interfaceName}#${name}`;
    const member = /^\[(method|static|constructor)\]([^.]+)(?:\.(.+))?$/.exec(name);
    if (member === null) return plain(label, type, lookUp(provided, camelCase(name)));
    const [, kind, resource = "", method = ""] = member;
    const constructor = lookUp(provided, className(resource));
    if (constructor === undefined) return plain(label, type, undefined);
    const key = camelCase(method);
    if (kind === "constructor") {
      return plain(label, type, (...args: unknown[]) => Reflect.construct(constructor, args));
    }
    if (kind === "static") return plain(label, type, lookUp(constructor, key));
    return new HostFunction(label, type, (args) => callMethod(args, key, label));
  }

  /** A type of resource. The same name is the same type, whatever its version. */
  resource(interfaceName: string, name: string): ResourceType {
    const key = `${withoutVersion(interfaceName)}#${name}`;
    let type = this.#resources.get(key);
    if (type === undefined) {
      type = new ResourceType(name, null, dispose);
      this.#resources.set(key, type);
    }
    return type;
  }

  #interface(name: string): unknown {
    return this.#imports[name] ?? this.#imports[withoutVersion(name)];
  }
}

// deno-lint-ignore ban-types
function lookUp(object: unknown, key: string): Function | undefined {
  if (typeof object !== "object" && typeof object !== "function" || object === null) {
    return undefined;
  }
  const found: unknown = Reflect.get(object, key);
  return typeof found === "function" ? found : undefined;
}

// deno-lint-ignore ban-types
function plain(name: string, type: FunctionType, found: Function | undefined): ComponentFunction {
  if (found === undefined) {
    return new HostFunction(name, type, () => {
      throw missing(name);
    });
  }
  return new HostFunction(name, type, (args) => Reflect.apply(found, undefined, args));
}

/** An object with any methods. */
type Receiver = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/** Calls a method of the first argument with the others. */
function callMethod(args: unknown[], key: string, label: string): unknown {
  const self = args[0] as Receiver;
  if (typeof self[key] !== "function") throw missing(label);
  // As written out, which is quicker than with an array.
  if (args.length === 1) return self[key]();
  if (args.length === 2) return self[key](args[1]);
  return self[key](...args.slice(1));
}

function missing(name: string): Trap {
  return new Trap(`The component has called ${name}, which its host does not provide`);
}

function dispose(object: unknown): void {
  const end: unknown = Reflect.get(object as object, Symbol.dispose);
  if (typeof end === "function") end.call(object);
}

/** The error for an import that only a component can satisfy. */
export function cannotProvide(name: string, sort: string): ComponentError {
  return new ComponentError(
    `The component imports the ${sort} ${name}, which a host cannot provide`,
  );
}
