/**
 * What the imports of a component are given.
 *
 * @module
 */
import { bindHostInstance } from "./bind_instance.ts";
import type { ExternDescription } from "./definition.ts";
import { ComponentError } from "./error.ts";
import { cannotProvide, type Host } from "./host_instance.ts";
import { entry, type Item } from "./item.ts";
import { functionTypeAt } from "./resolve_types.ts";
import type { Scope } from "./scope.ts";

/** What an import is given. */
export type ImportProvider = (
  name: string,
  description: ExternDescription,
  scope: Scope,
) => Item;

/** Gives imports what a host has. */
export function importsFromHost(host: Host): ImportProvider {
  return (name, description, scope) => {
    switch (description.sort) {
      case "instance": {
        const type = entry(scope.types, description.type, "type");
        if (type.kind !== "instance type") {
          throw new ComponentError(`Malformed component: ${name} is no instance`);
        }
        return { sort: "instance", value: bindHostInstance(host, name, type) };
      }
      case "func":
        return {
          sort: "func",
          value: host.plainFunction(name, functionTypeAt(scope, description.type)),
        };
      case "type":
        if (description.equals !== null) return scope.item("type", description.equals);
        return {
          sort: "type",
          value: { kind: "resource", resource: host.resource("", name) },
        };
      default:
        throw cannotProvide(name, description.sort);
    }
  };
}

/** Gives imports what an instantiation names. */
export function importsFromArguments(args: ReadonlyMap<string, Item>): ImportProvider {
  return (name, description, scope) => {
    const item = args.get(name);
    if (item !== undefined && item.sort === description.sort) return item;
    // A type that is another one needs nobody to say so.
    if (description.sort === "type" && description.equals !== null) {
      return scope.item("type", description.equals);
    }
    throw new ComponentError(`Malformed component: nothing is given for ${name}`);
  };
}
