// What rows and model suggest, whatever the memory: rank, rate, epochs, batch, length. One function a setting.
import { formatCount } from "../../core/units.ts";
import type { PartialRunConfig } from "../config/schema.ts";
import type { Reason } from "./recommend.ts";

export interface Figures {
  rows: number;
  meanTokens: number;
  /** 99.5 % of the rows are no longer, in tokens. */
  longRow: number;
  longestRow: number;
  parameters: number;
  blocks: number;
  /** Longest text that the model can read; Infinity where nothing says. */
  positions: number;
  /** Its weights are quantized already. */
  isPacked: boolean;
}

/** As a configuration file says it. */
export type Settings = {
  model: { name: string; load_in_4bit?: boolean };
  data: { train_file: string; template: string; max_length?: number };
} & Omit<PartialRunConfig, "model" | "data">;

/** A setting by its key, and why. */
interface Choice {
  key: string;
  value: unknown;
  why: string;
}

const rounded = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

function length({ longRow, longestRow, positions }: Figures): Choice {
  const wanted = Math.min(rounded(longRow, 64), positions, 8192);
  const cut = longestRow > wanted ? `; the longest has ${longestRow} and is truncated` : "";
  return {
    key: "data.max_length",
    value: wanted,
    why: `99.5 % of the rows have at most ${longRow} tokens${cut}`,
  };
}

/** Rows in one update. */
function rowsAStep({ rows }: Figures): number {
  return rows >= 2000 ? 16 : rows >= 200 ? 8 : 4;
}

function batch(figures: Figures): Choice {
  const why = `${figures.rows} rows: ${rowsAStep(figures)} of them per optimizer step`;
  return { key: "optimization.batch_size", value: rowsAStep(figures), why };
}

function epochs(figures: Figures): Choice {
  const { rows } = figures;
  const value = rows < 500 ? 5 : rows < 2000 ? 3 : rows < 20_000 ? 2 : 1;
  const steps = Math.ceil(rows / rowsAStep(figures)) * value;
  return {
    key: "optimization.epochs",
    value,
    why: `${rows} rows: ${steps} optimizer steps in total`,
  };
}

function rate({ parameters }: Figures): Choice {
  const billions = parameters / 1e9;
  const value = billions < 0.5 ? 1e-3 : billions < 2 ? 3e-4 : billions < 10 ? 2e-4 : 1e-4;
  const measured =
    billions < 0.5 ? "measured best between 1e-4 and 2e-3 at 135M" : "typical for larger models";
  return {
    key: "optimization.learning_rate",
    value,
    why: `${formatCount(parameters)} parameters: ${measured}`,
  };
}

function rank({ rows }: Figures): Choice {
  const value = rows >= 1000 ? 16 : 8;
  return { key: "lora.r", value, why: `${rows} rows: a higher rank for more data` };
}

const fixed: readonly Choice[] = [
  {
    key: "lora.target_modules",
    value: ["all-linear"],
    why: "82 % correct answers, compared with 36 % for query and value only",
  },
  {
    key: "optimization.lr_scheduler",
    value: "cosine",
    why: "the learning rate decays to zero",
  },
  {
    key: "optimization.warmup_ratio",
    value: 0.03,
    why: "a share of the run, so that a short run still reaches its learning rate",
  },
];

function choicesFor(figures: Figures): Choice[] {
  const chosen = rank(figures);
  const seen = Number(epochs(figures).value);
  const dropout = seen > 2 ? 0.05 : 0;
  return [
    {
      key: "method",
      value: "lora",
      why: "an adapter: a fraction of the memory of full fine-tuning, and it can be removed",
    },
    ...[length(figures), chosen],
    {
      key: "lora.alpha",
      value: 2 * Number(chosen.value),
      why: "twice the rank, which measured better than the rank itself",
    },
    {
      key: "lora.dropout",
      value: dropout,
      why: dropout > 0 ? `each row is seen ${seen} times` : "rows are rarely repeated",
    },
    ...[rate(figures), batch(figures), epochs(figures), ...fixed],
  ];
}

/** Settings with one more value, by a key of one or two parts. */
export function withSetting(settings: Settings, key: string, value: unknown): Settings {
  const [group = "", name] = key.split(".");
  if (name === undefined) return { ...settings, [group]: value };
  const before = (settings as unknown as Record<string, object | undefined>)[group];
  return { ...settings, [group]: { ...before, [name]: value } };
}

export function chooseSettings(
  first: Settings,
  figures: Figures,
): { settings: Settings; reasons: Reason[] } {
  const choices = choicesFor(figures);
  return {
    settings: choices.reduce((all, { key, value }) => withSetting(all, key, value), first),
    reasons: choices.map(({ key, value, why }) => ({ setting: key, value, why })),
  };
}
