// Rows for training from files, from sets of the hub and from mixtures of both, written in one form. What is lost and
// what is left out is told. Which rows of a mixture are drawn is decided by the seed alone.
import { extname } from "node:path";
import { DataError, UsageError } from "../../core/errors.ts";
import { expandHome } from "../../core/paths.ts";
import { Random } from "../../core/random.ts";
import { fileReaders, type RawRow } from "../../data/files/index.ts";
import { requireFile } from "../../data/read.ts";
import { hubSets } from "../../synth/gather/hub-sets.ts";
import { firstRows, sampleRows } from "../../synth/gather/sample-rows.ts";
import { type Columns, spelledRow } from "../../synth/gather/spellings.ts";
import { type LossEntry, profiles } from "../../synth/profiles/index.ts";
import { exportFormats } from "../../synth/profiles/write/formats.ts";
import { ProjectedRows } from "../../synth/profiles/write/projected-rows.ts";
import type { BadRow, RowSource } from "../../synth/profiles/write/record-stream.ts";
import { requireApart } from "../../synth/rows/apart.ts";
import { resolveDataset } from "../../weights/hub-dataset.ts";
import type { OnProgress } from "../../weights/hub-progress.ts";

export interface PrepareWish {
  files: readonly string[];
  /** Id of a set of the hub. */
  hf?: string | undefined;
  config?: string | undefined;
  split?: string | undefined;
  revision?: string | undefined;
  /** The first so many rows that are read. */
  maxExamples?: number | undefined;
  /** File, or hf://org/name or hf://org/name:split → rows to draw of it. */
  mix: Readonly<Record<string, number>>;
  /** Word of a set of `hubSets` → rows to draw of it. */
  samples: Readonly<Partial<Record<keyof typeof hubSets, number>>>;
  columns?: Columns | undefined;
  /** Profile or form of the rows that are read. */
  from?: string | undefined;
  to: string;
  out: string;
  seed: number;
  keepsSource: boolean;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}

export interface PreparedFrom {
  source: string;
  /** Of a set of the hub. */
  commit: string | null;
  license: string | null;
  rows: number;
}

export interface PreparedRows {
  out: string;
  to: string;
  written: number;
  seed: number;
  sources: PreparedFrom[];
  losses: LossEntry[];
  /** Rows that have nothing to learn from in this form, the first 1,000. */
  leftOut: BadRow[];
}

/** One place that rows come from. */
interface Place {
  name: string;
  /** Rows to draw from all of it; undefined takes all. */
  draw?: number | undefined;
  columns?: Columns | undefined;
  rows(told: PreparedFrom): AsyncIterable<RawRow>;
}

async function* readFileRows(path: string): AsyncGenerator<RawRow> {
  const file = expandHome(path);
  await requireFile(file);
  yield* fileReaders.get(extname(file).toLowerCase())(file);
}

function filePlace(file: string, draw?: number): Place {
  return { name: file, draw, rows: () => readFileRows(file) };
}

interface HubPlace {
  id: string;
  split?: string | undefined;
  columns?: Columns | undefined;
  draw?: number | undefined;
}

/** Files one by one where the first rows are enough; all of them where any row may be drawn. */
async function* hubRows(
  { id, split, draw }: HubPlace,
  wish: PrepareWish,
  told: PreparedFrom,
): AsyncGenerator<RawRow> {
  const { config, revision, onProgress, signal } = wish;
  const question = { id, split, config, revision, onProgress, signal };
  const isAll = draw !== undefined || wish.maxExamples === undefined;
  for (let count = 1; ; count++) {
    const mostFiles = isAll ? undefined : count;
    const { files, commit, license } = await resolveDataset({ ...question, mostFiles });
    Object.assign(told, { commit, license });
    const next = isAll ? files : files.slice(count - 1);
    for (const file of next) yield* readFileRows(file);
    if (isAll || files.length < count) return;
  }
}

function hubPlace(place: HubPlace, wish: PrepareWish): Place {
  const { id, split, draw, columns } = place;
  const name = `hf://${id}${split === undefined ? "" : `:${split}`}`;
  return { name, draw, columns, rows: (told) => hubRows(place, wish, told) };
}

const HUB = /^hf:\/\/([^:]+)(?::(.+))?$/;

function mixedPlace([source, draw]: [string, number], wish: PrepareWish): Place {
  const [, id, split] = HUB.exec(source) ?? [];
  return id === undefined ? filePlace(source, draw) : hubPlace({ id, split, draw }, wish);
}

function placesOf(wish: PrepareWish): Place[] {
  const { files, hf, split, mix, samples } = wish;
  const named = Object.entries(samples).map(([word, draw]) =>
    hubPlace({ ...hubSets[word as keyof typeof hubSets], draw }, wish),
  );
  const places = [
    ...files.map((file) => filePlace(file)),
    ...(hf === undefined ? [] : [hubPlace({ id: hf, split }, wish)]),
    ...Object.entries(mix).map((entry) => mixedPlace(entry, wish)),
    ...named,
  ];
  if (places.length > 0) return places;
  throw new UsageError("FT-PREPARE-001", {
    message: "nothing to prepare: no file, no --hf, no --mix",
    hint: "ft data prepare rows.csv -o rows.jsonl, or --hf HuggingFaceH4/ultrachat_200k --split train_sft",
  });
}

async function* spelled(
  rows: AsyncIterable<RawRow>,
  columns: Columns | undefined,
): AsyncGenerator<RawRow> {
  for await (const raw of rows)
    yield "value" in raw ? { ...raw, value: spelledRow(raw.value, columns) } : raw;
}

interface Gathered {
  rows: RowSource;
  sources: PreparedFrom[];
}

const noneYet = (source: string): PreparedFrom => ({
  source,
  commit: null,
  license: null,
  rows: 0,
});

/** A place's rows, counted in `told`. */
async function* countedRows(
  place: Place,
  wish: PrepareWish,
  told: PreparedFrom,
): AsyncGenerator<RawRow> {
  for await (const raw of spelled(place.rows(told), place.columns ?? wish.columns)) {
    told.rows++;
    yield raw;
  }
}

async function* allRows(
  places: readonly Place[],
  wish: PrepareWish,
  sources: PreparedFrom[],
): AsyncGenerator<RawRow> {
  sources.length = 0;
  for (const place of places) {
    const told = noneYet(place.name);
    sources.push(told);
    yield* countedRows(place, wish, told);
  }
}

/** Rows one after another, read again when they are asked for again; memory is that of one row. */
function streamed(places: readonly Place[], wish: PrepareWish): Gathered {
  const sources: PreparedFrom[] = [];
  const all = (): AsyncIterable<RawRow> => allRows(places, wish, sources);
  const { maxExamples } = wish;
  return {
    sources,
    rows: () => (maxExamples === undefined ? all() : firstRows(all(), maxExamples)),
  };
}

/** Rows drawn from each place, the first place with the seed, the next with the seed after it; then shuffled together. */
async function mixed(places: readonly Place[], wish: PrepareWish): Promise<Gathered> {
  const drawn: RawRow[] = [];
  const sources: PreparedFrom[] = [];
  for (const [index, place] of places.entries()) {
    const told = noneYet(place.name);
    const random = Random.fromSeed(wish.seed + index);
    const rows = spelled(place.rows(told), place.columns ?? wish.columns);
    const count = place.draw ?? Number.MAX_SAFE_INTEGER;
    const kept = await sampleRows(rows, count, random);
    sources.push({ ...told, rows: kept.length });
    drawn.push(...kept);
  }
  const shuffled = Random.fromSeed(wish.seed).shuffled(drawn).slice(0, wish.maxExamples);
  const lines = shuffled.map((raw, index): RawRow => ({ ...raw, line: index + 1 }));
  return {
    sources,
    rows: async function* () {
      yield* lines;
    },
  };
}

/** Throws UsageError FT-PREPARE-001 without a source and 002 where a source has fewer rows than are to be drawn. */
function requireEnough(places: readonly Place[], sources: readonly PreparedFrom[]): void {
  const short = places.flatMap(({ name, draw }, index) => {
    const has = sources[index]?.rows ?? 0;
    return draw !== undefined && has < draw
      ? [`${name} has ${has} rows, ${draw} were asked for`]
      : [];
  });
  if (short.length === 0) return;
  throw new UsageError("FT-PREPARE-002", {
    message: "the mixture cannot be made",
    problems: short,
    hint: "ask for fewer rows of these",
  });
}

/** Throws DataError FT-PREPARE-003: an empty file would look like rows. */
function nothingPrepared(name: string, { line, field, why }: BadRow): DataError {
  const where = field === "" ? `line ${line}` : `line ${line}, ${field}`;
  return new DataError("FT-PREPARE-003", {
    at: { file: name },
    message: `no row can be converted, so nothing was written; of ${where}: ${why}`,
    hint: "--columns prompt=question,completion=answer names the fields of question and answer",
  });
}

/**
 * Writes the rows of all places in the form of a profile.
 * @throws UsageError FT-PREPARE-001 and -002, FT-PROFILE-001, FT-ROWS-006; DataError FT-PREPARE-003 and for files, and ProviderError for the hub.
 */
export async function prepareRows(wish: PrepareWish): Promise<PreparedRows> {
  const places = placesOf(wish);
  const reads = [...wish.files, ...Object.keys(wish.mix).filter((source) => !HUB.test(source))];
  requireApart({ reads: reads.map((file) => expandHome(file)), writes: [wish.out] });
  const isMixed = places.some(({ draw }) => draw !== undefined);
  const { rows, sources } = isMixed ? await mixed(places, wish) : streamed(places, wish);
  if (isMixed) requireEnough(places, sources);
  const { to, from, out, seed, keepsSource } = wish;
  const name = places.map((place) => place.name).join(", ");
  const projected = new ProjectedRows({
    ...{ name, rows, from, profile: profiles.get(to), keepsSource },
    skipsBadRows: true,
  });
  const { written, report, fields } = await projected.survey();
  const [refused] = report.refused;
  if (written === 0 && refused !== undefined) throw nothingPrepared(name, refused);
  const each = async function* () {
    for await (const { row } of projected.rows()) yield row;
  };
  await exportFormats.get("jsonl").write(out, { rows: each(), fields });
  return { out, to, written, seed, sources, losses: report.losses, leftOut: report.refused };
}
