/**
 * From the type of an imported instance and the host to the instance.
 *
 * @module
 */
import type { Definition } from "./definition.ts";
import { ComponentError } from "./error.ts";
import { cannotProvide, type Host } from "./host_instance.ts";
import { entry, type InstanceItem, type Item, type TypeItem } from "./item.ts";
import { functionTypeAt, resolveType } from "./resolve_types.ts";
import { Scope } from "./scope.ts";

/** Applies `alias` where only types are to be had. */
export function aliasOuter(
  scope: Scope,
  { sort, count, index }: Extract<Definition, { readonly kind: "alias outer" }>,
): void {
  const from = scope.ancestor(count);
  if (sort === "core type") return;
  scope.add(from.item(sort, index));
}

/** Applies `alias export`. */
export function aliasExport(
  scope: Scope,
  { sort, instance, name }: Extract<Definition, { readonly kind: "alias export" }>,
): void {
  const item = entry(scope.instances, instance, "instance").get(name);
  if (item === undefined || item.sort !== sort) {
    throw new ComponentError(`Malformed component: instance ${instance} has no ${sort} ${name}`);
  }
  scope.add(item);
}

/**
 * Makes the instance that a component imports from its host.
 *
 * @param host Where it is looked for.
 * @param name Name of the import.
 * @param type The instance's type.
 */
export function bindHostInstance(
  host: Host,
  name: string,
  type: Extract<TypeItem, { readonly kind: "instance type" }>,
): InstanceItem {
  const scope = new Scope(type.scope);
  const instance = new Map<string, Item>();
  const provide = (
    member: string,
    definition: Extract<Definition, { kind: "export type" }>,
  ): Item => {
    const { description } = definition;
    switch (description.sort) {
      case "func": {
        const functionType = functionTypeAt(scope, description.type);
        return { sort: "func", value: host.function(name, member, functionType) };
      }
      case "type":
        if (description.equals !== null) {
          return { sort: "type", value: entry(scope.types, description.equals, "type") };
        }
        return {
          sort: "type",
          value: { kind: "resource", resource: host.resource(name, member) },
        };
      default:
        throw cannotProvide(`${name}#${member}`, description.sort);
    }
  };
  for (const declaration of type.declarations) {
    switch (declaration.kind) {
      case "core type":
        continue;
      case "type":
        if (declaration.type.kind === "resource") {
          throw new ComponentError("Malformed component: a type defines a resource");
        }
        scope.types.push(resolveType(scope, declaration.type));
        continue;
      case "alias outer":
        aliasOuter(scope, declaration);
        continue;
      case "alias export":
        aliasExport(scope, declaration);
        continue;
      case "export type": {
        const item = provide(declaration.name, declaration);
        scope.add(item);
        instance.set(declaration.name, item);
        continue;
      }
      default:
        throw new ComponentError("Malformed component: a type has such a declaration");
    }
  }
  return instance;
}
