/**
 * Resources: what handles refer to.
 *
 * @module
 */
import type { InstanceState } from "./context.ts";

/** A type of resource: of the host, or of a component instance that has defined it. */
export class ResourceType {
  /** Its name, for messages. */
  readonly name: string;
  /** The instance that defines it; null for one of the host. */
  readonly instance: InstanceState | null;
  /** Ends a resource, given what it is represented by. */
  readonly destroy: (representation: unknown) => void;

  /** A type; `instance` is null for one of the host, whose objects represent themselves. */
  constructor(
    name: string,
    instance: InstanceState | null,
    destroy: (representation: unknown) => void,
  ) {
    this.name = name;
    this.instance = instance;
    this.destroy = destroy;
  }
}

/** A resource that a component has defined, in the hands of the host. */
export class GuestResource implements Disposable {
  /** Its type. */
  readonly type: ResourceType;
  /** What the component knows it by. */
  readonly representation: number;
  /** Whether it belongs to who holds this, and was not given away yet. */
  owned: boolean;

  /** Made by calls that return or lend a resource. */
  constructor(type: ResourceType, representation: number, owned: boolean) {
    this.type = type;
    this.representation = representation;
    this.owned = owned;
  }

  /** Ends it, if it is still this one's to end. */
  [Symbol.dispose](): void {
    if (!this.owned) return;
    this.owned = false;
    this.type.destroy(this.representation);
  }
}
