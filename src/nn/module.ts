// The tree of layers: finds, names, replaces and freezes parameters by walking plain properties.
// Knows no layer kind; private (#) fields are invisible to it and hold what is not a parameter.
import { ModelError } from "../core/errors.ts";
import { Tensor } from "../mx/index.ts";

/** One parameter's place in its module, so that it can be read and replaced without a search. */
export interface ParameterSlot {
  /** Dotted path from the root, as in a checkpoint: "layers.0.self_attn.q_proj.weight". */
  name: string;
  trainable: boolean;
  /** Stored with the model, in the precision that it is stored in, and never trained. */
  isConstant?: true;
  /** Its layer computes in float32 with halves as with their values in float32, and does not widen them all at once. */
  mayBeHalf?: true;
  get(): Tensor;
  set(value: Tensor): void;
}

type Fields = Record<string, unknown>;

function joined(prefix: string, key: string): string {
  return prefix === "" ? key : `${prefix}.${key}`;
}

/** Throws ModelError FT-MODEL-010 naming every tensor that is not expected, and every shape that differs. */
export function requireSameShapes(
  expected: ReadonlyMap<string, readonly number[]>,
  found: Iterable<readonly [name: string, shape: readonly number[]]>,
): void {
  const problems = [...found].flatMap(([name, shape]) => {
    const wanted = expected.get(name)?.join("×");
    if (wanted === undefined) return [`${name}: no such parameter`];
    return wanted === shape.join("×")
      ? []
      : [`${name}: shape ${shape.join("×")}, expected ${wanted}`];
  });
  if (problems.length === 0) return;
  throw new ModelError("FT-MODEL-010", {
    message: `${problems.length} tensors do not fit the model`,
    problems,
    hint: "ft models info NAME compares the files with the architecture",
  });
}

export class Module {
  #frozen = new Set<string>();
  readonly #constant = new Set<string>();
  readonly #halves = new Set<string>();

  /** Direct children as [key, module]; those in arrays are keyed "layers.0". */
  *children(): Generator<[string, Module]> {
    for (const [key, value] of Object.entries(this)) {
      if (value instanceof Module) yield [key, value];
      else if (Array.isArray(value)) {
        for (const [index, item] of value.entries()) {
          if (item instanceof Module) yield [`${key}.${index}`, item];
        }
      }
    }
  }

  /** This module and all below it, by path; the root's path is "". */
  *modules(prefix = ""): Generator<[string, Module]> {
    yield [prefix, this];
    for (const [key, child] of this.children()) yield* child.modules(joined(prefix, key));
  }

  /** Every parameter below this module, in the order of definition. */
  *slots(prefix = ""): Generator<ParameterSlot> {
    const fields = this as unknown as Fields;
    for (const [key, value] of Object.entries(this)) {
      if (value instanceof Tensor) yield this.#slot(fields, key, joined(prefix, key));
    }
    for (const [key, child] of this.children()) yield* child.slots(joined(prefix, key));
  }

  #slot(fields: Fields, key: string, name: string): ParameterSlot {
    return {
      name,
      trainable: !this.#frozen.has(key) && !this.#constant.has(key),
      ...(this.#constant.has(key) && { isConstant: true }),
      ...(this.#halves.has(key) && { mayBeHalf: true }),
      get: () => fields[key] as Tensor,
      set: (value) => {
        fields[key] = value;
      },
    };
  }

  /** A parameter of this module that is stored with it, and never trained. */
  protected keepConstant(key: string): void {
    this.#constant.add(key);
  }

  /** A parameter that may be in halves where all else is float32. */
  protected takeHalves(key: string): void {
    this.#halves.add(key);
  }

  trainableSlots(): ParameterSlot[] {
    return [...this.slots()].filter((slot) => slot.trainable);
  }

  /** Parameters by dotted path: the flattened tree. */
  parameters(): Map<string, Tensor> {
    return new Map([...this.slots()].map((slot) => [slot.name, slot.get()]));
  }

  /** Constants that are not parameters (rotary frequencies, say); they live as long as the module. */
  *buffers(): Generator<Tensor> {}

  /** Every parameter and buffer here and below; makes a module usable as the holder of a scope. */
  *tensors(): Generator<Tensor> {
    for (const slot of this.slots()) yield slot.get();
    for (const [, module] of this.modules()) yield* module.buffers();
  }

  /** Marks every parameter that exists now as not trainable, here and below. Later ones start trainable. */
  freeze(): void {
    for (const [, module] of this.modules()) {
      for (const [key, value] of Object.entries(module)) {
        if (value instanceof Tensor) module.#frozen.add(key);
      }
    }
  }

  /** Makes every parameter here and below trainable, but for constants. */
  unfreeze(): void {
    for (const [, module] of this.modules()) module.#frozen.clear();
  }

  /**
   * Replaces parameters by path. Throws ModelError naming every unknown path and every shape that differs,
   * before anything is replaced.
   */
  update(values: ReadonlyMap<string, Tensor>): void {
    const slots = new Map([...this.slots()].map((slot) => [slot.name, slot]));
    requireSameShapes(
      new Map([...slots].map(([name, slot]) => [name, slot.get().shape])),
      [...values].map(([name, { shape }]) => [name, shape]),
    );
    for (const [name, value] of values) slots.get(name)?.set(value);
  }

  /** Puts `replacement` where the child at `path` is ("layers.0.self_attn.q_proj"). */
  replaceChild(path: string, replacement: Module): void {
    const keys = path.split(".");
    const last = keys.pop();
    let owner: unknown = this;
    for (const key of keys) owner = (owner as Fields | undefined)?.[key];
    if (last === undefined || owner === undefined || !((owner as Fields)[last] instanceof Module)) {
      throw new ModelError("FT-MODEL-011", { message: `there is no module at '${path}'` });
    }
    (owner as Fields)[last] = replacement;
  }
}

/** Nested objects and arrays from dotted paths in any order: keys 0, 1, 2, … become arrays. The inverse of `flatten`. */
export function unflatten<T>(flat: ReadonlyMap<string, T>): unknown {
  const root = new Map<string, unknown>();
  for (const [path, value] of flat) {
    const keys = path.split(".");
    let node = root;
    for (const key of keys.slice(0, -1)) {
      if (!(node.get(key) instanceof Map)) node.set(key, new Map<string, unknown>());
      node = node.get(key) as Map<string, unknown>;
    }
    node.set(keys.at(-1) ?? "", value);
  }
  return plain(root);
}

function plain(node: unknown): unknown {
  if (!(node instanceof Map)) return node;
  const entries = new Map([...(node as Map<string, unknown>)].map(([key, at]) => [key, plain(at)]));
  const indices = Array.from({ length: entries.size }, (_, index) => String(index));
  const isList = indices.length > 0 && indices.every((index) => entries.has(index));
  return isList ? indices.map((index) => entries.get(index)) : Object.fromEntries(entries);
}

/** Dotted paths from nested objects and arrays; `isLeaf` says where to stop. */
export function flatten<T>(
  tree: unknown,
  isLeaf: (value: unknown) => value is T,
  prefix = "",
): Map<string, T> {
  if (isLeaf(tree)) return new Map([[prefix, tree]]);
  const entries = Object.entries(tree as Fields);
  return new Map(
    entries.flatMap(([key, value]) => [...flatten(value, isLeaf, joined(prefix, key))]),
  );
}
