/**
 * `canon resource.new`, `resource.drop` and `resource.rep`.
 *
 * @module
 */
import type { CoreFunction, InstanceState } from "./abi/context.ts";
import type { ResourceType } from "./abi/resource.ts";
import { Trap } from "./error.ts";
import type { Store } from "./store.ts";

function operation(
  kind: "resource.new" | "resource.drop" | "resource.rep",
  resource: ResourceType,
  { handles }: InstanceState,
): (value: number) => number | undefined {
  switch (kind) {
    case "resource.new":
      return (representation) =>
        handles.add({ type: resource, representation, owned: true, scope: null, lent: 0 });
    case "resource.rep":
      return (index) => handles.get(index, resource).representation as number;
    case "resource.drop":
      return (index) => {
        const handle = handles.remove(index, resource);
        const { owned, scope, representation } = handle;
        if (scope !== null) scope.borrowed--;
        if (!owned) return undefined;
        try {
          resource.destroy(representation);
        } catch (error) {
          // Not ended: whoever ends the instance has to try again.
          handles.add(handle);
          throw error;
        }
        return undefined;
      };
  }
}

/**
 * A built-in function about a type of resource, as a core function.
 *
 * @param kind Which function.
 * @param resource The type.
 * @param state The instance that calls it.
 * @param store What ends if it traps.
 */
export function resourceBuiltin(
  kind: "resource.new" | "resource.drop" | "resource.rep",
  resource: ResourceType,
  state: InstanceState,
  store: Store,
): CoreFunction {
  const run = operation(kind, resource, state);
  return (value) => {
    try {
      if (!state.mayLeave) throw new Trap(`${kind} was called where no call is allowed`);
      return run(Number(value));
    } catch (error) {
      return store.abort(error);
    }
  };
}
