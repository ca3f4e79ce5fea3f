// What an adapter on disk is to the rest of the program, whichever program wrote it: layers of a model, and what each
// gets. Not a reader: each format has its own, and gives one of these.
import type { Tensor } from "../mx/index.ts";
import type { TemplateSource } from "../text/index.ts";
import type { Recipe } from "../weights/index.ts";
import type { AdapterShape } from "./adapted-layer.ts";
import type { BlockModel } from "./attach.ts";

/** What an adapter is for. Its model needs no weights. */
export interface AdapterBase {
  model: BlockModel;
  /** How the names of a published checkpoint become parameters. Absent: they are the same. */
  published?: Recipe | undefined;
  /** The same of mlx-lm's names. */
  mlx?: Recipe | undefined;
  /** Shapes of the checkpoint's tensors, by published name. */
  shapes?: ReadonlyMap<string, readonly number[]> | undefined;
  /** What a person calls it. */
  name?: string | undefined;
  /** `modelDigest` of it. */
  digest?: string | undefined;
  /** What its weights are like (`weights/likeness.ts`), where they can be asked. */
  likeness?: (() => Promise<string | undefined>) | undefined;
}

export interface AdapterLayer {
  /** Of the registry of kinds. */
  kind: string;
  shape: AdapterShape;
}

/** Something that a form cannot hold. */
export interface Dropped {
  what: string;
  why: string;
}

/** Where an adapter comes from, as its files say it. */
export interface AdapterFacts {
  /** The base model as it was called in training. */
  base?: string | undefined;
  /** `modelDigest` of that base. */
  baseDigest?: string | undefined;
  /** What that base's weights were like. */
  baseLikeness?: string | undefined;
  /** The one it was trained with. */
  template?: TemplateSource | undefined;
}

export interface AdapterTensors {
  /** By layer's path, then by parameter: lora_a, lora_b and, of DoRA, m, laid out as in mlx-lm's files. */
  layers: Map<string, Record<string, Tensor>>;
  /** Whole parameters of the model, by name. */
  replaced: Map<string, Tensor>;
}

export interface StoredAdapter extends AdapterFacts {
  /** Of the registry of formats. */
  format: string;
  folder: string;
  /** By full path in the model. */
  layers: ReadonlyMap<string, AdapterLayer>;
  /** Parameters of the model that it brings whole: biases, norms, a head. Shapes by name. */
  replaced: ReadonlyMap<string, readonly number[]>;
  /** It changes the head of a tied model and its embedding apart: both have to be there. Nothing else is known then. */
  unties: boolean;
  /** What of it has no place on this model or in this program. */
  dropped: readonly Dropped[];
  /** How many tensors its file has. */
  tensorCount: number;
  /** Reads them; they belong to the caller. */
  load(): AdapterTensors;
}
