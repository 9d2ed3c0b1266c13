/**
 * Handles: `own` and `borrow`.
 *
 * @module
 */
import { Trap } from "../error.ts";
import { Codec } from "./codec.ts";
import type { CallContext, CoreType, CoreValue, FlatValues } from "./context.ts";
import type { BorrowScope } from "./handle_table.ts";
import { GuestResource, type ResourceType } from "./resource.ts";

abstract class HandleCodec extends Codec {
  readonly size = 4;
  readonly alignment = 4;
  readonly flat: readonly CoreType[] = ["i32"];
  /** What the handles refer to. */
  protected readonly resource: ResourceType;

  /** Handles of `resource`. */
  constructor(resource: ResourceType) {
    super();
    this.resource = resource;
  }

  /** What a handle of the guest refers to. */
  protected abstract take(context: CallContext, index: number): unknown;

  /** A handle for the guest. */
  protected abstract give(context: CallContext, value: unknown): number;

  load(context: CallContext, address: number): unknown {
    return this.take(context, context.memory.view.getUint32(address, true));
  }

  store(context: CallContext, address: number, value: unknown): void {
    context.memory.view.setUint32(address, this.give(context, value), true);
  }

  lift(context: CallContext, source: FlatValues): unknown {
    return this.take(context, source.next() as number);
  }

  lower(context: CallContext, value: unknown, target: CoreValue[]): void {
    target.push(this.give(context, value));
  }

  /** What represents a value here. Throws TypeError for what is no such resource. */
  protected representationOf(value: unknown): unknown {
    const { resource } = this;
    if (resource.instance === null) {
      if (typeof value === "object" && value !== null) return value;
    } else if (value instanceof GuestResource && value.type === resource) {
      return value.representation;
    }
    throw new TypeError(`This is no ${resource.name}`);
  }
}

/** `own<T>`: who gets it has to end it. */
export class OwnCodec extends HandleCodec {
  protected take({ instance }: CallContext, index: number): unknown {
    const { resource } = this;
    const handle = instance.handles.get(index, resource);
    if (!handle.owned) throw new Trap(`Handle ${index >>> 0} is borrowed and cannot be given away`);
    const { representation } = instance.handles.remove(index, resource);
    return resource.instance === null
      ? representation
      : new GuestResource(resource, representation as number, true);
  }

  protected give({ instance }: CallContext, value: unknown): number {
    const representation = this.representationOf(value);
    if (value instanceof GuestResource) {
      if (!value.owned) throw new TypeError(`This ${this.resource.name} was given away before`);
      value.owned = false;
    }
    return instance.handles.add({
      type: this.resource,
      representation,
      owned: true,
      scope: null,
      lent: 0,
    });
  }
}

/** `borrow<T>`: for one call. */
export class BorrowCodec extends HandleCodec {
  protected take(context: CallContext, index: number): unknown {
    const { resource } = this;
    const handle = context.instance.handles.get(index, resource);
    if (resource.instance === null) return handle.representation;
    // Other components may run during the call, which then must not end it.
    context.lend(handle);
    return new GuestResource(resource, handle.representation as number, false);
  }

  protected give(context: CallContext, value: unknown): number {
    const representation = this.representationOf(value);
    const { resource } = this;
    if (resource.instance === context.instance) return representation as number;
    const scope: BorrowScope = context.scope;
    scope.borrowed++;
    return context.instance.handles.add({
      type: resource,
      representation,
      owned: false,
      scope,
      lent: 0,
    });
  }
}
