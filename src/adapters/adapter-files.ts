// Adapters on disk in mlx-lm's format: adapters.safetensors and adapter_config.json. Loads both ways.
// Other formats (PEFT's) are converted elsewhere.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeJsonAtomic } from "../core/atomic-files.ts";
import { ConfigError, type FtError, ModelError } from "../core/errors.ts";
import { dispose, retain } from "../mx/index.ts";
import { loadTensorFile, saveTensors } from "../weights/index.ts";
import type { AdapterShape } from "./adapted-layer.ts";
import { type Attached, attachAdapter, type BlockModel } from "./attach.ts";
import { adapterKinds } from "./kinds.ts";
import { ALL_LINEAR } from "./options.ts";

const weightsFile = "adapters.safetensors";
const configFile = "adapter_config.json";

/** mlx-lm's file; other keys of it (its training arguments) are ignored. */
const AdapterConfig = z.looseObject({
  /** A kind of the registry. */
  fine_tune_type: z
    .string()
    .refine((kind) => adapterKinds.has(kind), {
      error: ({ input }) => `'${String(input)}' is none of: ${adapterKinds.names().join(", ")}`,
    })
    .default("lora"),
  /** The base model it was trained on, as it was called then. */
  model: z.string().optional().catch(undefined),
  num_layers: z.int(),
  /** Ours: how conversations read in training, so that generation can repeat it. */
  template: z.string().optional(),
  lora_parameters: z.looseObject({
    rank: z.int().positive(),
    scale: z.number(),
    dropout: z.number().min(0).lt(1).default(0),
    keys: z.array(z.string()).min(1).optional(),
  }),
});

/** What is written beside the numbers: the model that the adapter belongs to, and the template it was trained with. */
export interface AdapterOrigin {
  base: string;
  template: string;
}

/** Writes the two files. */
export async function saveAdapter(
  folder: string,
  model: BlockModel,
  attached: Attached,
  shape: AdapterShape,
  { base, template }: AdapterOrigin,
): Promise<void> {
  const slots = model.trainableSlots();
  await saveTensors(
    join(folder, weightsFile),
    new Map(slots.map((slot) => [slot.name, slot.get()])),
    { format: "mlx" },
  );
  await writeJsonAtomic(join(folder, configFile), {
    fine_tune_type: attached.kind,
    model: base,
    template,
    num_layers: attached.blockCount,
    lora_parameters: { ...shape, keys: attached.keys },
  });
}

function badAdapter(folder: string, message: string, cause?: unknown): ModelError {
  return new ModelError("FT-ADAPTER-003", {
    at: { file: join(folder, configFile) },
    message,
    hint: "give a folder written by ft or mlx_lm.lora: adapters.safetensors and adapter_config.json",
    cause,
  });
}

async function readAdapterConfig(folder: string): Promise<z.infer<typeof AdapterConfig>> {
  let text: string;
  try {
    text = await readFile(join(folder, configFile), "utf8");
  } catch (error) {
    throw badAdapter(folder, "there is no adapter in this folder", error);
  }
  try {
    return AdapterConfig.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw badAdapter(
      folder,
      `not the configuration of an adapter of a known kind: ${reason}`,
      error,
    );
  }
}

/** The adapter and the model are each as they should be, but not made for each other. */
function wrongBase(folder: string, base: string | undefined, cause: FtError): ModelError {
  return new ModelError("FT-ADAPTER-004", {
    at: { file: join(folder, configFile) },
    message: `the adapter does not fit this model: ${withoutField(cause)}`,
    problems: cause.problems,
    cause,
    hint:
      base === undefined
        ? "give the model that the adapter was trained on"
        : `it was trained on ${base}: give that model`,
  });
}

/** Also keeps a file from replacing weights of the base model. */
function requireSameNames(
  folder: string,
  expected: ReadonlySet<string>,
  found: ReadonlySet<string>,
): void {
  const missing = [...expected].filter((name) => !found.has(name));
  const unexpected = [...found].filter((name) => !expected.has(name));
  if (missing.length === 0 && unexpected.length === 0) return;
  const [name] = [...missing, ...unexpected];
  throw badAdapter(
    folder,
    `the adapter does not fit the model: ${missing.length} tensors missing, ` +
      `${unexpected.length} unexpected, among them ${name}`,
  );
}

/** Puts the adapter's values into layers that are attached already (to go on training it). */
export async function loadAdapterWeights(folder: string, model: BlockModel): Promise<void> {
  const { tensors } = await loadTensorFile(join(folder, weightsFile));
  const slots = model.trainableSlots();
  const before = slots.map((slot) => slot.get());
  try {
    requireSameNames(folder, new Set(slots.map((slot) => slot.name)), new Set(tensors.keys()));
    model.update(retain(tensors));
  } catch (error) {
    dispose(tensors);
    throw error;
  }
  dispose(before);
}

/** Attaches an adapter from disk to a bare model; `template` is the one it was trained with, where it says so. */
export async function loadAdapter(
  folder: string,
  model: BlockModel,
): Promise<Attached & { template: string | undefined }> {
  const config = await readAdapterConfig(folder);
  const { fine_tune_type: kind, num_layers, lora_parameters, template, model: base } = config;
  const { keys = [ALL_LINEAR], rank, scale, dropout } = lora_parameters;
  // mlx-lm takes any number below one as all blocks.
  const blockCount = num_layers < 1 ? -1 : num_layers;
  const placement = { rank, scale, dropout, targets: keys, blockCount };
  try {
    const attached = attachAdapter(model, kind, placement, 0);
    await loadAdapterWeights(folder, model);
    return { ...attached, template };
  } catch (error) {
    // What would be wrong with the settings of a run is, for an adapter that exists, the wrong model.
    const isMisfit = error instanceof ConfigError || (error as FtError).code === "FT-MODEL-010";
    throw isMisfit ? wrongBase(folder, base, error as FtError) : error;
  }
}

/** The message without the setting of a run that it names. */
function withoutField({ message, at }: FtError): string {
  const field = at?.field === undefined ? "" : `${at.field}: `;
  return message.startsWith(field) ? message.slice(field.length) : message;
}
