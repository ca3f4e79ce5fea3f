// An adapter on disk, in whichever form: opened for a model, and put on it. It fits whole, or it is refused.
// What the forms are is formats/'s.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, FtError, ModelError } from "../core/errors.ts";
import { dispose, evaluate, randomKey, retain, scope, type Tensor } from "../mx/index.ts";
import type { TemplateSource } from "../text/index.ts";
import { likeness } from "../weights/index.ts";
import { folderOf } from "./adapter-files.ts";
import type { Attached, BlockModel } from "./attach.ts";
import { formatOf } from "./formats/index.ts";
import { mlxConfigOf, mlxFacts } from "./formats/mlx.ts";
import { CONFIG_FILE, readFoundAdapter } from "./formats/read-config.ts";
import { adapterKinds } from "./kinds.ts";
import type { AdapterBase, AdapterFacts, AdapterTensors, StoredAdapter } from "./stored-adapter.ts";

/** The message without the setting of a run that it names. */
function withoutField({ message, at }: FtError): string {
  const field = at?.field === undefined ? "" : `${at.field}: `;
  return message.startsWith(field) ? message.slice(field.length) : message;
}

const baseOf = ({ config }: { config: Readonly<Record<string, unknown>> }): string | undefined => {
  const named = config["model"] ?? config["base_model_name_or_path"];
  return typeof named === "string" ? named : undefined;
};

interface Misfit {
  folder: string;
  /** As the adapter's file calls it. */
  trained: string | undefined;
  /** As a person calls the one it was to be put on. */
  given: string | undefined;
}

/** The adapter and the model are each as they should be, but not made for each other. */
function wrongBase(
  { folder, trained, given }: Misfit,
  message: string,
  details: { problems?: readonly string[] | undefined; cause?: unknown } = {},
): ModelError {
  const model = given === undefined ? "this model" : `this model (${given})`;
  return new ModelError("FT-ADAPTER-004", {
    at: { file: join(folder, CONFIG_FILE) },
    message: `the adapter does not fit ${model}: ${message}`,
    ...(details.problems && { problems: details.problems }),
    cause: details.cause,
    hint:
      trained === undefined
        ? "give the model that the adapter was trained on"
        : `it was trained on ${trained}: give that model`,
  });
}

/** Below it two bases have nothing to do with each other; the same weights of two bits are far above. */
const LEAST_LIKE = 0.5;

/** Shapes fit, but the weights are others than those that the adapter was trained on. */
function requireAlike(
  misfit: Misfit,
  { baseLikeness }: AdapterFacts,
  own: string | undefined,
): void {
  if (baseLikeness === undefined || own === undefined) return;
  const found = likeness(baseLikeness, own) ?? 1;
  if (found >= LEAST_LIKE) return;
  const trained = misfit.trained === undefined ? "" : ` (${misfit.trained})`;
  const share = `${Math.round(100 * Math.max(found, 0))} %`;
  throw wrongBase(
    misfit,
    `its weights are others than those that it was trained on${trained}, and give what those gave to ${share}`,
  );
}

/** What would be wrong with the settings of a run is, for an adapter that exists, the wrong model. */
function asMisfit(misfit: Misfit, error: unknown): unknown {
  if (!(error instanceof FtError)) return error;
  const isMisfit = error instanceof ConfigError || error.code === "FT-MODEL-010";
  if (!isMisfit) return error;
  return wrongBase(misfit, withoutField(error), { problems: error.problems, cause: error });
}

/**
 * The adapter in `folder`, for a model that needs no weights yet; reads no tensors.
 * @throws ModelError FT-ADAPTER-003 for what is no adapter, 004 for one of another model, 009 for one of a kind that is
 * not computed here.
 */
export async function openAdapter(folder: string, base: AdapterBase): Promise<StoredAdapter> {
  const found = readFoundAdapter(folder);
  const misfit: Misfit = { folder, trained: baseOf(found), given: base.name };
  try {
    const format = formatOf(found);
    const opened = await format.open(found, base);
    if (opened.layers.size + opened.replaced.size > 0 || opened.unties) {
      if (opened.baseLikeness !== undefined && opened.baseDigest !== base.digest)
        requireAlike(misfit, opened, await base.likeness?.());
      return opened;
    }
    throw wrongBase(misfit, "it has none of the layers that the adapter is for", {
      problems: opened.dropped.map(({ what, why }) => `${what}: ${why}`),
    });
  } catch (error) {
    throw asMisfit(misfit, error);
  }
}

/**
 * As `openAdapter`, for who is going to compute with it: nothing of it may be left out.
 * @throws also ModelError FT-ADAPTER-011 for a head and an embedding of a tied model that are changed apart, where
 * `mayUntie` does not say that the caller unties them.
 */
export async function openWhole(
  folder: string,
  base: AdapterBase,
  mayUntie = false,
): Promise<StoredAdapter> {
  const adapter = await openAdapter(folder, base);
  if (adapter.unties && mayUntie) return adapter;
  if (adapter.unties)
    throw new ModelError("FT-ADAPTER-011", {
      at: { file: join(folder, CONFIG_FILE) },
      message:
        "the adapter changes only the embedding or only the output head, and this model ties them: they are one table",
      hint: "train it with ensure_weight_tying=True, or without embed_tokens and lm_head",
    });
  if (adapter.dropped.length === 0) return adapter;
  throw wrongBase(
    { folder, trained: adapter.base, given: base.name },
    `${adapter.dropped.length} parts of the adapter have no place on it`,
    { problems: adapter.dropped.map(({ what, why }) => `${what}: ${why}`) },
  );
}

/** Factors in half precision are computed with as those in float32. */
const widened = ([name, factor]: [string, Tensor]): [string, Tensor] => [
  name,
  factor.dtype === "float32" ? factor : factor.astype("float32"),
];

/** Puts layers with an adapter in the place of those that it is for. The model is frozen. */
function putOn(
  model: BlockModel,
  adapter: StoredAdapter,
  { layers, replaced }: AdapterTensors,
): void {
  const modules = new Map(model.modules());
  const slots = new Map([...model.slots()].map((slot) => [slot.name, slot]));
  scope(() => {
    for (const [name, value] of replaced) {
      const slot = slots.get(name);
      slot?.set(retain(value.astype(slot.get().dtype)));
    }
    for (const [path, { kind, shape }] of adapter.layers) {
      const layer = modules.get(path);
      const wrapped = layer && adapterKinds.get(kind).wrap(layer, shape, randomKey(0));
      if (wrapped === undefined) throw new RangeError(`no ${kind} on ${path}`);
      wrapped.update(new Map(Object.entries(layers.get(path) ?? {}).map(widened)));
      const own = [...wrapped.drawn(), ...wrapped.buffers()];
      // what DoRA keeps of the base's weights must not keep them
      evaluate(own);
      retain(own);
      model.replaceChild(path, wrapped);
    }
  });
}

/**
 * Puts an adapter that was opened for this model on it. Weights of the model that the adapter brings whole are replaced,
 * and not freed: another model may have them.
 */
export function attachStored(model: BlockModel, adapter: StoredAdapter): Attached {
  const tensors = adapter.load();
  model.freeze();
  try {
    putOn(model, adapter, tensors);
  } finally {
    const held = new Set(model.tensors());
    const all = [...tensors.layers.values()].flatMap((parts) => Object.values(parts));
    dispose([...all, ...tensors.replaced.values()].filter((one: Tensor) => !held.has(one)));
  }
  const paths = [...adapter.layers.keys()];
  const [first] = adapter.layers.values();
  return { kind: first?.kind ?? "lora", keys: paths, blockCount: model.blocks.length, paths };
}

/** Says so where an adapter was trained on another base than the one of this digest; undefined where none is kept. */
function otherBase(
  { base, baseDigest }: AdapterFacts,
  digest: string | undefined,
): string | undefined {
  if ([baseDigest, digest].includes(undefined) || baseDigest === digest) return undefined;
  return (
    `the adapter was trained on another model (${base ?? "one without a name"}) than this one: it fits, but what it ` +
    "learned need not hold here"
  );
}

/** What to know of an adapter on this base. */
export function baseWarnings(
  adapter: AdapterFacts,
  { digest }: Pick<AdapterBase, "digest">,
): string[] {
  const warning = otherBase(adapter, digest);
  return warning === undefined ? [] : [warning];
}

/**
 * As `loadAdapter` warns, for an adapter whose weights alone are loaded; a file may stand by itself. Throws ModelError
 * FT-ADAPTER-003.
 */
export async function otherBaseOf(
  path: string,
  { base, baseDigest, baseLikeness }: AdapterFacts,
): Promise<string | undefined> {
  const folder = folderOf(path);
  if (folder !== path && !existsSync(join(folder, CONFIG_FILE))) return undefined;
  const trained = mlxFacts(mlxConfigOf(readFoundAdapter(folder)));
  const misfit = { folder, trained: trained.base, given: base };
  requireAlike(misfit, trained, baseLikeness);
  return otherBase(trained, baseDigest);
}

export interface LoadedAdapter extends Attached {
  /** The one it was trained with, where it says so. */
  template: TemplateSource | undefined;
  warnings: string[];
}

/** Attaches an adapter from disk to a bare model, whose checkpoint has this digest. */
export async function loadAdapter(
  folder: string,
  model: BlockModel,
  about: Omit<AdapterBase, "model"> = {},
): Promise<LoadedAdapter> {
  const adapter = await openWhole(folder, { ...about, model });
  const attached = attachStored(model, adapter);
  return { ...attached, template: adapter.template, warnings: baseWarnings(adapter, about) };
}
