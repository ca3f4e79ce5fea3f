// What a model card says below its head: what the model is, what it learned from and how, how well it does, how it is
// used. Only what is known; no place on this disk.
import { stringify } from "yaml";
import { type Provenance, withoutPlace } from "../../../runs/index.ts";
import { deltaText, scoreText } from "../../evaluate/benchmark-markdown.ts";
import { usageText } from "./card-usage.ts";
import type { CardResults } from "./found-results.ts";
import { whatItAsks } from "./licences.ts";
import { isAdapter, type ResultForm } from "./source.ts";

export interface BodyFacts {
  id: string;
  form: ResultForm;
  /** What the base is called, on the hub where it is there. */
  base: string | undefined;
  /** Where that is on the hub: then it is linked. */
  baseId: string | undefined;
  license: string | undefined;
  provenance: Provenance | undefined;
  results: readonly CardResults[];
  /** Name of the picture of the run, where one goes along. */
  picture: string | undefined;
}

type Settings = Readonly<Record<string, unknown>>;

const group = (config: Settings | null | undefined, name: string): Settings => {
  const value = config?.[name];
  return typeof value === "object" && value !== null ? (value as Settings) : {};
};

const cell = (value: unknown): string =>
  (Array.isArray(value) ? value.join(", ") : String(value))
    .replaceAll("|", "\\|")
    .replaceAll("\n", " ");

function table(titles: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const line = (cells: readonly unknown[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(titles), `|${titles.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}

const wordsFor: Readonly<Record<ResultForm, string>> = {
  "mlx-adapter": "An adapter (in mlx-lm's format) for",
  "peft-adapter": "An adapter (in PEFT's format) for",
  model: "A model made from",
  "mlx-model": "A model quantized for MLX, made from",
  gguf: "A model for llama.cpp, made from",
};

const count = (value: number): string => value.toLocaleString("en-US");

function introduction({ form, base, baseId, provenance }: BodyFacts): string {
  const linked =
    baseId === undefined
      ? (base ?? "an unnamed model")
      : `[${baseId}](https://huggingface.co/${baseId})`;
  const { method } = (provenance?.config ?? {}) as { method?: unknown };
  const how = typeof method === "string" ? `, fine-tuned on one machine with \`${method}\`` : "";
  const { totalParameters: all, trainableParameters: trained } = provenance?.metrics ?? {};
  const sizes =
    typeof all === "number" && typeof trained === "number"
      ? ` Of ${count(all)} parameters ${count(trained)} were trained.`
      : "";
  return `${wordsFor[form]} ${linked}${how}.${sizes}`;
}

function baseText({ base, baseId, license, provenance }: BodyFacts): string {
  const known = provenance?.base;
  const asked = license === undefined ? undefined : whatItAsks(license);
  const rows = [
    [
      "name",
      known?.name === base || known === undefined || known === null
        ? base
        : `${base} (as \`${known.name}\`)`,
    ],
    ["architecture", known?.architecture],
    ["commit", known?.revision],
    ["digest", known?.digest],
    [
      "licence",
      license === undefined ? "unknown" : asked === undefined ? license : `${license}: it ${asked}`,
    ],
  ].filter(([, value]) => typeof value === "string");
  if (base === undefined && baseId === undefined) return "";
  return `## The base\n\n${table(["", ""], rows)}`;
}

function dataText({ provenance }: BodyFacts): string {
  const data = provenance?.data ?? [];
  if (data.length === 0) return "";
  const rows = data.map(({ split, name, rows: held, sha256 }) => [
    ...[split, name, typeof held === "number" ? count(held) : "", `\`${sha256}\``],
  ]);
  const share = group(provenance?.config, "data")["validation_split"];
  const hasOwn = data.some(({ split }) => split === "validation");
  const split =
    !hasOwn && typeof share === "number" && share > 0
      ? `\n\n${count(share * 100)} % of the training rows were kept for validation, chosen by the seed.`
      : "";
  return `## Data\n\n${table(["used for", "file", "rows", "SHA-256"], rows)}${split}`;
}

const METHOD_KEYS: readonly (readonly [group: string, key: string])[] = [
  ...["r", "alpha", "dropout", "target_modules", "num_layers"].map((key) => ["lora", key] as const),
  ...[
    "optimizer",
    "learning_rate",
    "lr_scheduler",
    "batch_size",
    "gradient_accumulation_steps",
  ].map((key) => ["optimization", key] as const),
  ...["max_length", "template", "mask", "packing"].map((key) => ["data", key] as const),
];

function settingsText({ form, provenance }: BodyFacts): string {
  const config = provenance?.config;
  if (config === undefined || config === null) return "";
  const keys = METHOD_KEYS.filter(([name]) => name !== "lora" || isAdapter(form));
  const rows = keys.map(([name, key]) => [`${name}.${key}`, group(config, name)[key]]);
  const { steps, epochs } = provenance?.metrics ?? {};
  const length =
    typeof steps === "number"
      ? [["steps", `${count(steps)} (${(epochs ?? 0).toFixed(2)} epochs)`]]
      : [];
  const shown = [["method", config["method"]], ...rows, ...length, ["seed", config["seed"]]].filter(
    ([, value]) => value !== undefined && value !== null,
  );
  const all = `<details><summary>All settings</summary>\n\n\`\`\`yaml\n${stringify(config).trimEnd()}\n\`\`\`\n\n</details>`;
  return `## Method and settings\n\n${table(["setting", "value"], shown)}\n\n${all}`;
}

function lossText({ provenance, picture }: BodyFacts): string {
  const { trainLoss, validationLoss } = provenance?.metrics ?? {};
  const losses = [
    ...(typeof trainLoss === "number" ? [`training loss ${scoreText(trainLoss)}`] : []),
    ...(typeof validationLoss === "number" ? [`validation loss ${scoreText(validationLoss)}`] : []),
  ];
  if (losses.length === 0 && picture === undefined) return "";
  const last = losses.length === 0 ? "" : `At the end: ${losses.join(", ")}.`;
  const image = picture === undefined ? "" : `![Losses and learning rate of the run](${picture})`;
  return ["## Losses", image, last].filter(Boolean).join("\n\n");
}

function resultText({
  data,
  samples,
  signature,
  baseline,
  results,
  contamination,
}: CardResults): string {
  const compared = baseline !== undefined;
  const titles = compared
    ? ["metric", "base", "this model", "difference (95 %)"]
    : ["metric", "this model"];
  const rows = results.map(({ metric, value, baseline: before, delta }) =>
    compared
      ? [
          metric,
          before === undefined ? "" : scoreText(before),
          scoreText(value),
          delta ? deltaText(delta) : "",
        ]
      : [metric, scoreText(value)],
  );
  const seen =
    contamination === null
      ? ""
      : ` ${contamination.questions === 0 ? "None" : contamination.questions} of the questions occur in the training rows.`;
  const about = `${count(samples)} questions of ${data}, greedy answers${compared ? `, compared with ${withoutPlace(baseline)} on the same questions` : ""}; \`${signature}\`.${seen}`;
  return `${table(titles, rows)}\n\n${about}`;
}

function resultsText({ results }: BodyFacts): string {
  const parts = results.map(resultText);
  return parts.length === 0 ? "" : `## Evaluation\n\n${parts.join("\n\n")}`;
}

function originText({ provenance }: BodyFacts): string {
  const { ft, mlx, backend } = provenance?.versions ?? {};
  const by = [ft && `ft ${ft}`, mlx && `MLX ${mlx}`, backend].filter(Boolean).join(", ");
  const on = provenance?.platform
    ? ` on ${provenance.platform.system} ${provenance.platform.machine}`
    : "";
  const made = by === "" ? "" : `Made by ${by}${on}. `;
  return `## Where it comes from\n\n${made}\`ft-manifest.json\` has the origin and the SHA-256 of every file; \`ft verify\` checks them.`;
}

/** The whole text below the head. */
export function bodyOf(facts: BodyFacts): string {
  const { id, form, base, baseId } = facts;
  const sections = [
    `# ${id.split("/").at(-1)}`,
    introduction(facts),
    `## How to use it\n\n${usageText({ id, form, base, baseId })}`,
    resultsText(facts),
    baseText(facts),
    dataText(facts),
    settingsText(facts),
    lossText(facts),
    facts.provenance === undefined ? "" : originText(facts),
  ];
  return `${sections.filter(Boolean).join("\n\n")}\n`;
}
