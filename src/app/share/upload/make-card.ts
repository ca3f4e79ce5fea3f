// The model card of an upload: head and body from what is known, or an author's own card with its head completed; and the
// picture of the run that stands in it.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { curvesOf, plotRuns, readEvents, withoutPlace } from "../../../runs/index.ts";
import { builtinHubId } from "../../../weights/builtin.ts";
import { pngOf } from "../../png.ts";
import { bodyOf } from "./card-body.ts";
import { completedCard, headOf, headText } from "./card-head.ts";
import { foundResults } from "./found-results.ts";
import { jsonIn, type UploadSource } from "./source.ts";

export const CARD = "README.md";
const PICTURE = "training.png";
const HUB_ID = /^[\w.-]+\/[\w.-]+$/;

export interface CardWish {
  id: string;
  baseModel?: string | undefined;
  license?: string | undefined;
  datasets?: readonly string[] | undefined;
  results?: readonly string[] | undefined;
  /** As somebody has edited it: it goes as it is, its head completed. */
  card?: string | undefined;
}

/** What the base is called where others find it. */
export interface KnownBase {
  /** As here, where nobody else has it. */
  name: string | undefined;
  /** On the hub. */
  id: string | undefined;
  license: string | undefined;
}

const BASE_KEYS = ["base_model_name_or_path", "model"];

/** As the adapter names it. */
function namedInConfig(folder: string): string | undefined {
  const config = jsonIn(folder, "adapter_config.json");
  return BASE_KEYS.map((key) => config[key]).find((name) => typeof name === "string");
}

function hubId(name: string): string | undefined {
  if (name.startsWith("builtin/")) return builtinHubId(name);
  return HUB_ID.test(name) && !existsSync(name) ? name : undefined;
}

export function baseOf(source: UploadSource, wish: CardWish): KnownBase {
  const { folder, provenance } = source;
  const recorded = provenance?.base;
  const named = wish.baseModel ?? recorded?.name ?? namedInConfig(folder);
  const id = named === undefined ? undefined : hubId(named);
  return {
    name: id ?? (named === undefined ? undefined : withoutPlace(named)),
    id,
    license: wish.license ?? recorded?.license ?? undefined,
  };
}

export interface MadeCard {
  text: string;
  /** Bytes of the picture that it shows, and its name; only where one is shown. */
  picture: { path: string; content: Uint8Array } | undefined;
}

async function pictureOf({ run }: UploadSource, id: string): Promise<MadeCard["picture"]> {
  if (run === undefined) return undefined;
  const curves = curvesOf(readEvents(run));
  if (!curves.some(({ points }) => points.length > 1)) return undefined;
  const svg = plotRuns([{ label: id.split("/").at(-1) ?? id, curves }]);
  return { path: PICTURE, content: await pngOf(svg) };
}

function ownCard({ folder }: UploadSource): string | undefined {
  const file = join(folder, CARD);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

export async function makeCard(
  source: UploadSource,
  wish: CardWish,
  base: KnownBase,
): Promise<MadeCard> {
  const { form, folder, provenance } = source;
  const results = await foundResults(source, wish.results);
  const { license } = base;
  const config = provenance?.config ?? {};
  const method = config["method"];
  const head = headOf({
    ...{ name: wish.id.split("/").at(-1) ?? wish.id, form, results, license },
    ...{ baseId: base.id, datasets: wish.datasets ?? [] },
    method: typeof method === "string" ? method : undefined,
    isTrained: provenance?.config !== undefined && provenance.config !== null,
    isQuantized: "quantization" in jsonIn(folder, "config.json"),
  });
  if (wish.card !== undefined) {
    // what was made before it was edited may show the picture still
    const shows = wish.card.includes(`(${PICTURE})`);
    const picture = shows ? await pictureOf(source, wish.id) : undefined;
    return { text: completedCard(wish.card, head), picture };
  }
  const own = ownCard(source);
  if (own !== undefined) return { text: completedCard(own, head), picture: undefined };
  const picture = await pictureOf(source, wish.id);
  const facts = {
    id: wish.id,
    form,
    base: base.name,
    baseId: base.id,
    provenance,
    results,
    license,
  };
  return { text: `${headText(head)}\n${bodyOf({ ...facts, picture: picture?.path })}`, picture };
}
