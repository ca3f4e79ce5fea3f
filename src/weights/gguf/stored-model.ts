// Opens a GGUF file as a stored model: under Hugging Face's names, with the files that would stand beside the weights.
// Reads metadata and no weights, but for the few factors of rotary positions that some files keep among them.
import { elementCount } from "../../core/element-count.ts";
import { ModelError } from "../../core/errors.ts";
import { filesMadeBy, type NamedFiles } from "../../core/named-files.ts";
import {
  generationConfig,
  tokenizerConfig,
  tokenizerDefinition,
} from "../../text/vocabulary/files.ts";
import { type ByteSource, withFile } from "../byte-source.ts";
import { type Recipe, viewThrough } from "../recipe/index.ts";
import type { StoredModel, StoredTensor } from "../stored-model.ts";
import { factorTensors, GgufModelFile } from "./architectures/architecture.ts";
import { ggufArchitectures } from "./architectures/index.ts";
import { type GgufHeader, type GgufTensor, readGgufHeader } from "./header.ts";
import { Metadata } from "./metadata.ts";
import { openPackedTensors, packedConfig, packedListing, packedRecipe } from "./packed-model.ts";
import { openGgufTensors } from "./tensors.ts";
import { vocabularyOf } from "./vocabulary.ts";

/**
 * The model in the file at `path`.
 * @throws ModelError FT-WEIGHTS-001 cannot be read, 055 an architecture that is not read (exit 3); those of
 * `readGgufHeader`, 017 and 054 for a file that is not whole or not consistent (exit 7).
 */
export async function openGgufModel(path: string): Promise<StoredModel> {
  return await withFile(path, readGgufModel);
}

/** The same of bytes that need not be a file before weights are loaded. */
export async function readGgufModel(source: ByteSource): Promise<StoredModel> {
  const header = await readGgufHeader(source);
  return storedModel(source.name, header, await rotaryFactors(source, header));
}

/** Pairs of the largest heads, by far. */
const MOST_FACTORS = 4096;

async function factorsIn(
  source: ByteSource,
  { tensors, littleEndian }: GgufHeader,
  name: string,
): Promise<[string, Float32Array][]> {
  const found = tensors.get(name);
  const count = found?.shape[0] ?? 0;
  if (found === undefined || found.type.name !== "F32" || count > MOST_FACTORS) return [];
  const bytes = Buffer.from(await source.read(found.begin, found.end - found.begin));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = (_: unknown, pair: number): number => view.getFloat32(4 * pair, littleEndian);
  return [[name, Float32Array.from({ length: count }, read)]];
}

/** Of rotary positions, where the file has them. */
async function rotaryFactors(
  source: ByteSource,
  header: GgufHeader,
): Promise<Map<string, Float32Array>> {
  const found = await Promise.all(factorTensors.map((name) => factorsIn(source, header, name)));
  return new Map(found.flat());
}

function storedModel(
  path: string,
  header: GgufHeader,
  factors: ReadonlyMap<string, Float32Array>,
): StoredModel {
  const metadata = new Metadata(path, header.metadata);
  requireWhole(metadata);
  const name = metadata.text("general.architecture") ?? "";
  const architecture = ggufArchitectures.get(name);
  const file = new GgufModelFile(metadata, name, header.tensors, factors);
  const config = architecture.config(file);
  const recipe = architecture.recipe(file);
  const plain: StoredModel = {
    folder: path,
    config,
    companions: companionsOf(metadata, config),
    license: metadata.text("general.license"),
    ggufEntries: header.entries,
    tensors: listed(path, header.tensors),
    files: [path],
    fileBytes: new Map([[path, header.fileBytes]]),
    readingBytes: readingBytes(header.tensors),
    load: () => openGgufTensors(path, header),
  };
  const view = viewThrough(recipe, plain);
  if (architecture.staysPlain === true) return view;
  return { ...view, packed: () => packedView(recipe, plain, header) };
}

function packedView(recipe: Recipe, plain: StoredModel, header: GgufHeader): StoredModel {
  const view = viewThrough(packedRecipe(recipe), {
    ...plain,
    tensors: packedListing(plain.tensors, header),
    load: () => openPackedTensors(plain.folder, header),
  });
  return { ...view, config: packedConfig(plain.config, view.tensors) };
}

/** Large models are cut into files that each look like a model. */
function requireWhole(metadata: Metadata): void {
  const parts = metadata.number("split.count") ?? 1;
  if (parts <= 1) return;
  throw new ModelError("FT-WEIGHTS-055", {
    at: { file: metadata.file },
    message: `this is one of ${parts} files of a split model, and ft does not read split models`,
    hint: "join them with llama.cpp's llama-gguf-split --merge",
  });
}

/** A tensor is read, and written in float32, before it is handed over. */
function readingBytes(tensors: ReadonlyMap<string, GgufTensor>): number {
  const bytes = [...tensors.values()].map(
    ({ shape, begin, end }) => end - begin + Float32Array.BYTES_PER_ELEMENT * elementCount(shape),
  );
  return bytes.reduce((most, one) => Math.max(most, one), 0);
}

function listed(file: string, tensors: ReadonlyMap<string, GgufTensor>): Map<string, StoredTensor> {
  const entries = [...tensors].map(
    ([name, { type, shape, begin, end }]): [string, StoredTensor] => [
      name,
      { file, dtype: type.name, shape, bytes: end - begin },
    ],
  );
  return new Map(entries);
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** What a Hugging Face folder has beside its weights. */
function companionsOf(metadata: Metadata, config: unknown): NamedFiles {
  const vocabulary = vocabularyOf(metadata);
  return filesMadeBy(
    metadata.file,
    new Map([
      ["config.json", () => json(config)],
      ["tokenizer.json", () => JSON.stringify(tokenizerDefinition(vocabulary))],
      ["tokenizer_config.json", () => json(tokenizerConfig(vocabulary))],
      ["generation_config.json", () => json(generationConfig(vocabulary))],
    ]),
  );
}
