/**
 * From the definition of a type to what passes its values.
 *
 * @module
 */
import type { Codec } from "./abi/codec.ts";
import { FunctionType } from "./abi/function.ts";
import { BorrowCodec, OwnCodec } from "./abi/handle_codecs.ts";
import { ListCodec, NUMBER_LISTS } from "./abi/list_codec.ts";
import { PRIMITIVE_CODECS } from "./abi/primitive_codecs.ts";
import { FlagsCodec, RecordCodec, TupleCodec } from "./abi/record_codecs.ts";
import type { ResourceType } from "./abi/resource.ts";
import { EnumCodec, OptionCodec, ResultCodec, VariantCodec } from "./abi/variant_codecs.ts";
import type { TypeDefinition, ValueTypeReference } from "./definition.ts";
import { ComponentError } from "./error.ts";
import { entry, type TypeItem } from "./item.ts";
import { camelCase } from "./names.ts";
import type { Scope } from "./scope.ts";

function isReference(reference: ValueTypeReference): reference is number {
  return typeof reference === "number";
}

function codecOf(scope: Scope, reference: ValueTypeReference): Codec {
  if (!isReference(reference)) return PRIMITIVE_CODECS[reference];
  const item = entry(scope.types, reference, "type");
  if (item.kind === "value type") return item.codec;
  throw new ComponentError(`Malformed component: type ${reference} is of no value`);
}

function optionalCodec(scope: Scope, reference: ValueTypeReference | undefined): Codec | null {
  return reference === undefined ? null : codecOf(scope, reference);
}

/** The resource type with an index. */
export function resourceAt(scope: Scope, index: number): ResourceType {
  const item = entry(scope.types, index, "type");
  if (item.kind === "resource") return item.resource;
  throw new ComponentError(`Malformed component: type ${index} is no resource`);
}

function listOf(scope: Scope, reference: ValueTypeReference): Codec {
  const numbers = isReference(reference) ? undefined : NUMBER_LISTS.get(reference);
  return numbers ?? new ListCodec(codecOf(scope, reference));
}

function optionOf(scope: Scope, reference: ValueTypeReference): Codec {
  const payload = codecOf(scope, reference);
  const item = isReference(reference) ? entry(scope.types, reference, "type") : undefined;
  // Here undefined would be ambiguous.
  const nested = item?.kind === "value type" && item.isOption;
  return nested ? new VariantCodec(["none", "some"], [null, payload]) : new OptionCodec(payload);
}

/**
 * Makes what a type's definition says.
 *
 * @param scope The index spaces that it refers to.
 * @param definition The definition, of anything but a resource, which has an identity.
 */
export function resolveType(
  scope: Scope,
  definition: Exclude<TypeDefinition, { readonly kind: "resource" }>,
): TypeItem {
  const value = (codec: Codec, isOption = false): TypeItem => {
    return { kind: "value type", codec, isOption };
  };
  switch (definition.kind) {
    case "primitive":
      return value(PRIMITIVE_CODECS[definition.name]);
    case "record": {
      const { fields } = definition;
      const names = fields.map(({ name }) => camelCase(name));
      return value(new RecordCodec(names, fields.map(({ type }) => codecOf(scope, type))));
    }
    case "variant": {
      const { cases } = definition;
      const names = cases.map(({ name }) => name);
      return value(new VariantCodec(names, cases.map(({ type }) => optionalCodec(scope, type))));
    }
    case "list":
      return value(listOf(scope, definition.element));
    case "tuple":
      return value(new TupleCodec(definition.elements.map((type) => codecOf(scope, type))));
    case "flags":
      return value(new FlagsCodec(definition.names.map(camelCase)));
    case "enum":
      return value(new EnumCodec(definition.names));
    case "option":
      return value(optionOf(scope, definition.payload), true);
    case "result": {
      const { ok, error } = definition;
      return value(new ResultCodec(optionalCodec(scope, ok), optionalCodec(scope, error)));
    }
    case "own":
      return value(new OwnCodec(resourceAt(scope, definition.resource)));
    case "borrow":
      return value(new BorrowCodec(resourceAt(scope, definition.resource)));
    case "func": {
      const params = definition.params.map(({ type }) => codecOf(scope, type));
      const type = new FunctionType(params, optionalCodec(scope, definition.result));
      return { kind: "function type", type };
    }
    case "instance-type":
      return { kind: "instance type", declarations: definition.declarations, scope };
    case "component-type":
      return { kind: "component type" };
  }
}

/** The function type with an index. */
export function functionTypeAt(scope: Scope, index: number): FunctionType {
  const item = entry(scope.types, index, "type");
  if (item.kind === "function type") return item.type;
  throw new ComponentError(`Malformed component: type ${index} is of no function`);
}
