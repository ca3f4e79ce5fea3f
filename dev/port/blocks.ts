// Tensor names and modules of a model's blocks, alike ones together: what differs between blocks is what to build.
// Works on names; knows no model.

export interface NamedTensor {
  name: string;
  shape: readonly number[];
}

export interface Kind {
  /** Which blocks. */
  blocks: number[];
  /** Names inside the block. */
  tensors: NamedTensor[];
}

const keyOf = (tensors: readonly NamedTensor[]): string =>
  tensors.map(({ name, shape }) => `${name} ${shape.join()}`).join("\n");

/** [number, name inside] of a tensor of a block. */
function inBlock(name: string, blockPath: string): [number, string] | undefined {
  if (!name.startsWith(`${blockPath}.`)) return undefined;
  const [, number = "", inside = ""] = /^(\d+)\.(.+)$/.exec(name.slice(blockPath.length + 1)) ?? [];
  return inside === "" ? undefined : [Number(number), inside];
}

/** Tensors outside the blocks, and blocks that hold the same names and shapes as one kind. */
export function kindsOf(
  tensors: readonly NamedTensor[],
  blockPath: string,
): { outside: NamedTensor[]; kinds: Kind[] } {
  const outside: NamedTensor[] = [];
  const blocks = new Map<number, NamedTensor[]>();
  for (const { name, shape } of tensors) {
    const [block, inside] = inBlock(name, blockPath) ?? [];
    if (block === undefined || inside === undefined) outside.push({ name, shape });
    else blocks.set(block, [...(blocks.get(block) ?? []), { name: inside, shape }]);
  }
  const kinds = new Map<string, Kind>();
  for (const [block, inside] of [...blocks].sort(([a], [b]) => a - b)) {
    const sorted = inside.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const kind = kinds.get(keyOf(sorted)) ?? { blocks: [], tensors: sorted };
    kind.blocks.push(block);
    kinds.set(keyOf(sorted), kind);
  }
  return { outside, kinds: [...kinds.values()] };
}

/** Runs of expert numbers as one: experts.0 … experts.3 become experts.{0…3}. */
export function withoutRepeats(tensors: readonly NamedTensor[]): NamedTensor[] {
  const repeated = new Map<string, { tensor: NamedTensor; numbers: number[] }>();
  for (const tensor of tensors) {
    const number = /\.(\d+)\./.exec(tensor.name)?.[1];
    const pattern = `${tensor.name.replace(/\.\d+\./, ".{}.")} ${tensor.shape.join()}`;
    const seen = repeated.get(pattern) ?? { tensor, numbers: [] };
    if (number !== undefined) seen.numbers.push(Number(number));
    repeated.set(pattern, seen);
  }
  return [...repeated.values()].map(({ tensor: { name, shape }, numbers }) => {
    if (numbers.length < 2) return { name, shape };
    const range = `.{${Math.min(...numbers)}…${Math.max(...numbers)}}.`;
    return { name: name.replace(/\.\d+\./, range), shape };
  });
}

/** How two lists of names differ. */
export function changes(
  from: ReadonlySet<string>,
  to: ReadonlySet<string>,
): { added: string[]; gone: string[] } {
  return {
    added: [...to].filter((name) => !from.has(name)),
    gone: [...from].filter((name) => !to.has(name)),
  };
}
