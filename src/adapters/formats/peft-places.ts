// Where the updates of a PEFT file go on a model: in the spelling of names in which most of them has a place, as the
// recipe of the architecture says. What has none is told. Known from names and shapes; reads no tensor.
import { isEmbeddingLike, isLinearLike, isStackedLinearLike, type Module } from "../../nn/index.ts";
import { tiedHead } from "../attach.ts";
import type { AdapterBase, Dropped } from "../stored-adapter.ts";
import type { PeftConfig } from "./peft-config.ts";
import type { Unit } from "./peft-units.ts";
import { mapRows, type Rows, type RowsEntry, type RowsMapping } from "./recipe-factors.ts";
import { noPlace } from "./whole-parameters.ts";

export const ownerOf = (parameter: string): string =>
  parameter.slice(0, parameter.lastIndexOf("."));

/** (…, rows) of a layer's weight; undefined for one without. */
export function rowsOf(layer: Module | undefined): readonly number[] | undefined {
  if (layer === undefined) return undefined;
  if (isLinearLike(layer)) return [layer.outputSize];
  if (isStackedLinearLike(layer)) return [layer.expertCount, layer.outputSize];
  return isEmbeddingLike(layer) ? [layer.count] : undefined;
}

export function columnsOf(layer: Module): number {
  if (isLinearLike(layer) || isStackedLinearLike(layer)) return layer.inputSize;
  return isEmbeddingLike(layer) ? layer.size : 0;
}

/** Where a model is wrapped otherwise than its checkpoint is named. */
const spellings: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => name.replace(/^model\./, ""),
  (name) => `model.${name}`,
  (name) => name.replace(/^model\./, "model.language_model."),
  (name) => name.replace(/^model\./, "language_model.model."),
  (name) => name.replace(/^lm_head\./, "language_model.lm_head."),
  (name) => name.replace(/^model\.language_model\./, "model."),
  (name) => name.replace(/^language_model\./, ""),
];

const unitRows = ({ experts, rows }: Unit): readonly number[] =>
  experts > 1 ? [experts, rows] : [rows];

/** Of what a stack or a join needs beside what is there: as its neighbours, or as the checkpoint says. */
function missingRows(name: string, known: Rows, { shapes }: AdapterBase): readonly number[] {
  const alike = (one: string): string => one.replaceAll(/\.\d+\./g, ".#.");
  const neighbour = [...known].find(([one]) => alike(one) === alike(name));
  return neighbour?.[1] ?? shapes?.get(name)?.slice(0, -1) ?? [];
}

interface Mapped extends RowsMapping {
  rows: Rows;
}

function mapUnits(
  units: readonly Unit[],
  base: AdapterBase,
  spell: (name: string) => string,
): Mapped {
  const rows = new Map(units.map((unit) => [spell(unit.weight), unitRows(unit)] as const));
  const { published = [] } = base;
  const mapping = mapRows(published, rows);
  if (mapping.missing.length === 0) return { ...mapping, rows };
  for (const name of mapping.missing) rows.set(name, missingRows(name, rows, base));
  return { ...mapRows(published, rows), rows };
}

/** Entries that give layers of the model as large as they are there. */
function fitting(
  { entries }: Mapped,
  layers: ReadonlyMap<string, Module>,
  units: ReadonlyMap<string, Unit>,
): RowsEntry[] {
  const fits = (layer: Module, rows: readonly number[], sources: readonly string[]): boolean =>
    rowsOf(layer)?.join() === rows.join() &&
    sources.every((name) => (units.get(name)?.columns ?? columnsOf(layer)) === columnsOf(layer));
  return entries.filter(({ entry, results }) =>
    results.every(({ name, rows }) => {
      const layer = layers.get(ownerOf(name));
      return layer !== undefined && fits(layer, rows, entry.sources);
    }),
  );
}

export interface Spelled {
  mapped: Mapped;
  entries: RowsEntry[];
  spell: (name: string) => string;
}

/** In the spelling in which most has a place. */
function bestSpelled(units: readonly Unit[], base: AdapterBase): Spelled {
  const layers = new Map(base.model.modules());
  const all = spellings.map((spell): Spelled => {
    const mapped = mapUnits(units, base, spell);
    const named = new Map(units.map((unit) => [spell(unit.weight), unit]));
    return { mapped, spell, entries: fitting(mapped, layers, named) };
  });
  const count = ({ entries, mapped }: Spelled): number => entries.length + mapped.tied.length;
  return all.reduce((best, one) => (count(one) > count(best) ? one : best));
}

export interface Places {
  /** From the name in the file, without its wrappers, to the one that entries know. */
  spell: (name: string) => string;
  entries: RowsEntry[];
  /** By the name that entries know. */
  units: ReadonlyMap<string, Unit>;
  rows: Rows;
  unties: boolean;
  dropped: Dropped[];
}

/** Whether the head of a tied model, or its embedding, is changed without the other. */
function unties(
  { entries, mapped }: Spelled,
  units: ReadonlyMap<string, Unit>,
  { model }: AdapterBase,
  config: PeftConfig,
): boolean {
  const tied = tiedHead(model);
  if (tied === undefined || config.ensure_weight_tying) return false;
  return (
    mapped.tied.some((name) => units.has(name)) ||
    entries.some(({ results }) => results.some(({ name }) => name === `${tied}.weight`))
  );
}

export function placesOf(units: readonly Unit[], base: AdapterBase, config: PeftConfig): Places {
  const best = bestSpelled(units, base);
  const named = new Map(units.map((unit) => [best.spell(unit.weight), unit]));
  const isDora = ({ m, isEmbedding }: Unit): boolean => m !== undefined && isEmbedding;
  const entries = best.entries.filter(({ entry }) =>
    entry.sources.every((name) => !isDora(named.get(name) ?? ({} as Unit))),
  );
  const placed = new Set([...entries.flatMap(({ entry }) => entry.sources), ...best.mapped.tied]);
  const dropped = [...named]
    .filter(([name]) => !placed.has(name))
    .map(([, unit]) =>
      isDora(unit)
        ? {
            what: unit.weight,
            why: "PEFT gives each column of an embedding a length, here and in mlx-lm each row has one",
          }
        : noPlace(unit.weight),
    );
  return {
    spell: best.spell,
    entries,
    units: named,
    rows: best.mapped.rows,
    unties: unties(best, named, base, config),
    dropped,
  };
}
