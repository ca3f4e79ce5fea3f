// Models of the hub: by what people call them, most downloaded first, with what each needs to train.
// Fetches descriptions and configurations, never weights.
import { listModels as listHubModels, type ModelEntry } from "@huggingface/hub";
import { FtError, ProviderError } from "../../core/errors.ts";
import { shellWord } from "../../core/shell.ts";
import { architectures } from "../../models/registry.ts";
import { answersOf } from "../../weights/hub-answers.ts";
import { connect, type HubConnection } from "../../weights/hub-connection.ts";
import { hubSettings } from "../../weights/index.ts";
import type { ListedModel } from "./list-models.ts";
import { memoryFor, type StoredSize } from "./model-facts.ts";

const HUB_LIMIT = 40;
/** Of so many answers are those taken that ft can train. */
const LOOKED_THROUGH = 4;
/** Configurations fetched at a time. */
const AT_ONCE = 8;

const FIELDS = ["tags", "config", "safetensors"] as const;
type Found = ModelEntry & Pick<Described, (typeof FIELDS)[number]>;

/** What the hub says of a model beside its name, as far as it is used here. */
interface Described {
  tags?: string[];
  config?: { model_type?: string } | undefined;
  safetensors?: { parameters?: Record<string, number>; total?: number } | undefined;
}

export interface Wanted {
  /** Words of the name. */
  text?: string | undefined;
  limit?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Undefined for one that cannot be trained here, or is described in another form than the hub's. */
function typeOf({ name, config, tags }: Found): string | undefined {
  if (typeof name !== "string" || !Array.isArray(tags)) return undefined;
  const type = config?.model_type ?? tags.find((tag) => architectures.has(tag));
  return architectures.has(type ?? "") ? type : undefined;
}

const hasWeights = ({ tags }: Found): boolean => tags?.includes("safetensors") === true;

async function found(hub: HubConnection, { text, limit = HUB_LIMIT }: Wanted): Promise<Found[]> {
  const models = listHubModels({
    hubUrl: hub.endpoint,
    search: { task: "text-generation", ...(text !== undefined && { query: text }) },
    sort: "downloads",
    additionalFields: [...FIELDS],
    limit: limit * LOOKED_THROUGH,
    fetch: answersOf(hub),
  });
  const chosen: Found[] = [];
  for await (const model of models as AsyncIterable<Found>) {
    if (typeOf(model) !== undefined && hasWeights(model)) chosen.push(model);
    if (chosen.length === limit) break;
  }
  return chosen;
}

/** Bits of a number as the hub names its types. */
const BYTES: Readonly<Record<string, number>> = {
  F64: 8,
  I64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
};

function sizeOf({ safetensors }: Found): StoredSize | undefined {
  const parts = Object.entries(safetensors?.parameters ?? {});
  const isSound = parts.every(([, count]) => Number.isSafeInteger(count) && count >= 0);
  if (parts.length === 0 || !isSound) return undefined;
  return {
    parameters: parts.reduce((sum, [, count]) => sum + count, 0),
    bytes: parts.reduce((sum, [dtype, count]) => sum + count * (BYTES[dtype] ?? 1), 0),
  };
}

/** Undefined where the configuration cannot be had, or is of no model that can be built. */
async function memoryOf(
  hub: HubConnection,
  model: Found,
  size: StoredSize | undefined,
): Promise<number | undefined> {
  if (size === undefined || model.gated !== false) return undefined;
  try {
    const answer = await answersOf(hub)(`${hub.endpoint}/${model.name}/resolve/main/config.json`);
    return await memoryFor(await answer.json(), size);
  } catch {
    hub.signal?.throwIfAborted();
    return undefined;
  }
}

async function listedModel(hub: HubConnection, model: Found): Promise<ListedModel> {
  const size = sizeOf(model);
  return {
    name: model.name,
    source: "huggingface",
    folder: null,
    architecture: typeOf(model) ?? null,
    supported: true,
    parameters: size?.parameters ?? null,
    bytes: size?.bytes ?? null,
    memoryBytes: (await memoryOf(hub, model, size)) ?? null,
    problem:
      model.gated === false
        ? null
        : `gated: accept the conditions at ${hub.endpoint}/${model.name}`,
  };
}

/** The hub may not be asked. */
function unasked(text = "WORD"): ProviderError {
  return new ProviderError("FT-MODEL-030", {
    message: "ft is offline (HF_HUB_OFFLINE)",
    hint: `with a connection: HF_HUB_OFFLINE=0 ft models search ${shellWord(text)}; ft models list --source cache lists what is already here`,
  });
}

/**
 * The most downloaded text models of the hub that can be trained here.
 * @throws ProviderError FT-MODEL-030 (exit 6) when the hub does not answer, or may not be asked.
 */
export async function hubModels(wanted: Wanted): Promise<ListedModel[]> {
  const settings = hubSettings();
  if (settings.offline) throw unasked(wanted.text);
  const hub = connect({ ...settings, signal: wanted.signal });
  try {
    const models = await found(hub, wanted);
    const listed: ListedModel[] = [];
    for (let at = 0; at < models.length; at += AT_ONCE)
      listed.push(
        ...(await Promise.all(
          models.slice(at, at + AT_ONCE).map((model) => listedModel(hub, model)),
        )),
      );
    return listed;
  } catch (cause) {
    if (cause instanceof FtError) throw cause;
    wanted.signal?.throwIfAborted();
    const isOfAnotherForm = cause instanceof TypeError;
    const reason = isOfAnotherForm ? "it has another form" : (cause as Error).message;
    throw new ProviderError("FT-MODEL-030", {
      message: `the list of models cannot be read from ${settings.endpoint}: ${reason}`,
      hint: "ft models list --source cache lists what is already here",
      cause,
    });
  }
}
