// The head of a model card: what the hub reads of it to find, link and rank a model. Keys and their values as
// huggingface_hub's ModelCardData has them; an author's own head is completed, never changed.
import { parseDocument, stringify } from "yaml";
import { DataError } from "../../../core/errors.ts";
import type { CardResults } from "./found-results.ts";
import { licenseFields } from "./licences.ts";
import { isAdapter, type ResultForm } from "./source.ts";

export interface HeadFacts {
  /** Of the repository, without its owner. */
  name: string;
  form: ResultForm;
  /** On the hub. */
  baseId: string | undefined;
  license: string | undefined;
  /** lora, dpo, full … */
  method: string | undefined;
  isQuantized: boolean;
  isTrained: boolean;
  /** Hub ids of what it was trained on. */
  datasets: readonly string[];
  results: readonly CardResults[];
}

const LIBRARIES: Readonly<Record<ResultForm, string>> = {
  "mlx-adapter": "mlx",
  "peft-adapter": "peft",
  model: "transformers",
  "mlx-model": "mlx",
  gguf: "gguf",
};

/** What the result is to its base, in the hub's words; undefined where that is not known. */
function relationOf({ form, isQuantized, isTrained }: HeadFacts): string | undefined {
  if (isAdapter(form)) return "adapter";
  if (isQuantized && !isTrained) return "quantized";
  return isTrained ? "finetune" : undefined;
}

function tagsOf({ form, method, isTrained }: HeadFacts): string[] {
  const how = isTrained && method !== undefined ? [method] : [];
  return [...new Set([...how, ...(isAdapter(form) ? ["lora"] : []), "fine-tuned-locally"])];
}

const TASK = { type: "text-generation", name: "Text generation" };

/** Results as papers with code had them, which the hub shows beside a model. */
function modelIndex({ name, results }: HeadFacts): object[] | undefined {
  const tables = results.map(({ data, results: rows }) => ({
    task: TASK,
    dataset: { name: data, type: "custom" },
    metrics: rows.map(({ metric, value }) => ({ type: metric, name: metric, value })),
  }));
  return tables.length === 0 ? undefined : [{ name, results: tables }];
}

/** Everything that the head can say, in the order in which it stands. */
export function headOf(facts: HeadFacts): Record<string, unknown> {
  const { baseId, license, datasets } = facts;
  const relation = relationOf(facts);
  const index = modelIndex(facts);
  return {
    ...(license !== undefined && licenseFields(license)),
    ...(baseId !== undefined && { base_model: baseId }),
    ...(baseId !== undefined && relation !== undefined && { base_model_relation: relation }),
    ...(datasets.length > 0 && { datasets: [...datasets] }),
    library_name: LIBRARIES[facts.form],
    pipeline_tag: "text-generation",
    tags: tagsOf(facts),
    ...(index !== undefined && { "model-index": index }),
  };
}

export const headText = (head: Readonly<Record<string, unknown>>): string =>
  `---\n${stringify(head, { lineWidth: 0 })}---\n`;

const HEAD = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n?---[ \t]*(?:\r?\n|$)/;
const LONGEST = 1_000_000;

/**
 * An author's card with what its head did not say yet; what it says stays, in its order and with its comments.
 * @throws DataError FT-UPLOAD-011 when its head is no YAML.
 */
export function completedCard(card: string, head: Readonly<Record<string, unknown>>): string {
  const [whole = "", own] = HEAD.exec(card.slice(0, LONGEST)) ?? [];
  if (own === undefined) return `${headText(head)}\n${card}`;
  const document = parseDocument(own, { maxAliasCount: 0 } as never);
  const said: unknown = document.errors.length === 0 ? document.toJS({ maxAliasCount: 100 }) : null;
  if (
    document.errors.length > 0 ||
    (said !== null && (typeof said !== "object" || Array.isArray(said)))
  ) {
    throw new DataError("FT-UPLOAD-011", {
      at: { file: "README.md", line: 1 },
      message: `the front matter of the card is not YAML: ${document.errors[0]?.message ?? "not keys and values"}`,
      hint: "fix the lines between the two lines of dashes, or delete README.md to have one written",
    });
  }
  const keys = new Set(Object.keys(said ?? {}));
  // an own licence is not mixed with the parts of another
  const isOfLicense = (key: string): boolean => key.startsWith("license") && keys.has("license");
  const missing = Object.entries(head).filter(([key]) => !keys.has(key) && !isOfLicense(key));
  const added =
    missing.length === 0 ? "" : stringify(Object.fromEntries(missing), { lineWidth: 0 });
  const before = own.trim() === "" ? "" : `${own.trimEnd()}\n`;
  return `---\n${before}${added}---\n${card.slice(whole.length)}`;
}
