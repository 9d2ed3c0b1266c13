/**
 * A component as its binary says it, before anything is made of it: the names are those of the
 * component model's Binary.md and Explainer.md.
 *
 * @module
 */

/** A value type without parts. */
export type PrimitiveName =
  | "bool"
  | "s8"
  | "u8"
  | "s16"
  | "u16"
  | "s32"
  | "u32"
  | "s64"
  | "u64"
  | "f32"
  | "f64"
  | "char"
  | "string";

/** A value type where one is used: a primitive, or an index of the type index space. */
export type ValueTypeReference = PrimitiveName | number;

/** A part of a record, or a parameter. */
export interface Field {
  /** Its name in kebab-case. */
  readonly name: string;
  /** Its type. */
  readonly type: ValueTypeReference;
}

/** A case of a variant. */
export interface Case {
  /** Its name in kebab-case. */
  readonly name: string;
  /** Type of its payload, absent for none. */
  readonly type?: ValueTypeReference | undefined;
}

/** `functype`. */
export interface FunctionTypeDefinition {
  /** Which definition this is. */
  readonly kind: "func";
  /** The parameters. */
  readonly params: readonly Field[];
  /** The result, absent for none. */
  readonly result?: ValueTypeReference | undefined;
}

/** A definition of a type. */
export type TypeDefinition =
  | { readonly kind: "primitive"; readonly name: PrimitiveName }
  | { readonly kind: "record"; readonly fields: readonly Field[] }
  | { readonly kind: "variant"; readonly cases: readonly Case[] }
  | { readonly kind: "list"; readonly element: ValueTypeReference }
  | { readonly kind: "tuple"; readonly elements: readonly ValueTypeReference[] }
  | { readonly kind: "flags"; readonly names: readonly string[] }
  | { readonly kind: "enum"; readonly names: readonly string[] }
  | { readonly kind: "option"; readonly payload: ValueTypeReference }
  | {
    readonly kind: "result";
    readonly ok?: ValueTypeReference | undefined;
    readonly error?: ValueTypeReference | undefined;
  }
  | { readonly kind: "own" | "borrow"; readonly resource: number }
  | FunctionTypeDefinition
  | { readonly kind: "resource"; readonly destructor?: number | undefined }
  | {
    readonly kind: "instance-type" | "component-type";
    readonly declarations: readonly Definition[];
  };

/** What an import or an export of a type is. */
export type ExternDescription =
  | { readonly sort: "core module" | "func" | "component" | "instance"; readonly type: number }
  | { readonly sort: "type"; readonly equals: number }
  | { readonly sort: "type"; readonly equals: null };

/** What index spaces there are. */
export type Sort =
  | "core func"
  | "core table"
  | "core memory"
  | "core global"
  | "core tag"
  | "core type"
  | "core module"
  | "core instance"
  | "func"
  | "value"
  | "type"
  | "component"
  | "instance";

/** An entry of an index space under a name. */
export interface NamedItem {
  /** The name. */
  readonly name: string;
  /** Which index space. */
  readonly sort: Sort;
  /** Which entry of it. */
  readonly index: number;
}

/** How strings lie in a guest's memory. */
export type StringEncoding = "utf8" | "utf16" | "latin1+utf16";

/** `canonopt`s: indices of what a canonical function uses. */
export interface CanonicalOptions {
  /** How strings lie in memory. */
  readonly encoding: StringEncoding;
  /** A core memory. */
  readonly memory?: number | undefined;
  /** A core function that makes room. */
  readonly realloc?: number | undefined;
  /** A core function that is called when the results have been taken. */
  readonly postReturn?: number | undefined;
}

/** One step in making an instance. Each adds to an index space, except the last two. */
export type Definition =
  | { readonly kind: "core module"; readonly bytes: Uint8Array<ArrayBuffer> }
  | {
    readonly kind: "core instantiate";
    readonly module: number;
    readonly args: readonly { readonly name: string; readonly instance: number }[];
  }
  | { readonly kind: "core exports"; readonly items: readonly NamedItem[] }
  | { readonly kind: "core type" }
  | { readonly kind: "component"; readonly component: ComponentDefinition }
  | {
    readonly kind: "instantiate";
    readonly component: number;
    readonly args: readonly NamedItem[];
  }
  | { readonly kind: "exports"; readonly items: readonly NamedItem[] }
  | {
    readonly kind: "alias export";
    readonly sort: Sort;
    readonly instance: number;
    readonly name: string;
  }
  | {
    readonly kind: "alias core export";
    readonly sort: Sort;
    readonly instance: number;
    readonly name: string;
  }
  | {
    readonly kind: "alias outer";
    readonly sort: Sort;
    readonly count: number;
    readonly index: number;
  }
  | { readonly kind: "type"; readonly type: TypeDefinition }
  | {
    readonly kind: "lift";
    readonly func: number;
    readonly options: CanonicalOptions;
    readonly type: number;
  }
  | { readonly kind: "lower"; readonly func: number; readonly options: CanonicalOptions }
  | {
    readonly kind: "resource.new" | "resource.drop" | "resource.rep";
    readonly resource: number;
  }
  | { readonly kind: "import"; readonly name: string; readonly description: ExternDescription }
  | {
    readonly kind: "export";
    readonly name: string;
    readonly sort: Sort;
    readonly index: number;
  }
  | {
    readonly kind: "export type";
    readonly name: string;
    readonly description: ExternDescription;
  };

/** A component: its definitions, in order. */
export interface ComponentDefinition {
  /** The definitions. */
  readonly definitions: readonly Definition[];
}
