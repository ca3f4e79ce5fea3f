// The fields of a form over a run's settings, made of the schema that flags and files are made of: kind of value, range,
// choices, default, help. What is filled in is resolve-form.ts's; in which group a field stands form-groups.ts says.
import { z } from "zod";
import { type Option, optionsOf } from "../../core/options.ts";
import { isStructured, unwrap, type ValueShape } from "../../core/value-shapes.ts";
import { builtMethods } from "../../train/methods.ts";
import { objectives } from "../../train/objectives/index.ts";
import { tunings } from "../../train/tuning/index.ts";
import { variableOf } from "./environment.ts";
import { groupOf } from "./form-groups.ts";
import { RunConfigSchema } from "./schema.ts";

export type FieldKind = "number" | "integer" | "switch" | "text" | "choice" | "words" | "json";

export interface FormField {
  /** Dotted, as in YAML: "lora.r". */
  key: string;
  label: string;
  help: string;
  group: string;
  usual: boolean;
  kind: FieldKind;
  /** Null is a value too: it leaves the choice to what the help says. */
  nullable: boolean;
  default: unknown;
  choices: readonly string[];
  minimum: number | null;
  maximum: number | null;
  /** The bounds themselves are no values. */
  exclusive: { minimum: boolean; maximum: boolean };
  flag: string;
  variable: string;
}

/** Words that a setting takes whose schema only refuses others. */
const wordsOf: Readonly<Record<string, () => readonly string[]>> = {
  method: builtMethods,
  tuning: () => tunings.names(),
  objective: () => objectives.names(),
};

/** The schema at a path. */
export function schemaAt(path: readonly string[]): z.core.$ZodType {
  let schema: z.core.$ZodType = RunConfigSchema;
  for (const key of path) {
    const { inner } = unwrap(schema);
    const next = inner instanceof z.ZodObject ? inner.shape[key] : undefined;
    if (next === undefined) throw new RangeError(`no setting ${path.join(".")}`);
    schema = next as z.core.$ZodType;
  }
  return schema;
}

const isInteger = (schema: z.core.$ZodType): boolean => {
  const { inner } = unwrap(schema);
  return inner instanceof z.ZodNumber && inner.format === "safeint";
};

function kindOf({ shape, choices }: Option, schema: z.core.$ZodType): FieldKind {
  if (shape.kind === "number") return isInteger(schema) ? "integer" : "number";
  if (shape.kind === "boolean") return "switch";
  if (shape.kind === "string") return choices.length > 0 ? "choice" : "text";
  if (shape.kind === "list" && !isStructured(shape.item) && isText(shape.item)) return "words";
  return "json";
}

const isText = ({ kind }: ValueShape): boolean => kind === "string";

interface Range {
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

/** As JSON Schema tells it; a range of what may also be null stands inside. */
function rangeOf(schema: z.core.$ZodType): Pick<FormField, "minimum" | "maximum" | "exclusive"> {
  const { inner } = unwrap(schema);
  const told = (inner instanceof z.ZodNumber ? z.toJSONSchema(inner) : {}) as Range;
  const bound = (value: number | undefined): number | null =>
    value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? null : value;
  return {
    minimum: bound(told.exclusiveMinimum ?? told.minimum),
    maximum: bound(told.exclusiveMaximum ?? told.maximum),
    exclusive: {
      minimum: told.exclusiveMinimum !== undefined,
      maximum: told.exclusiveMaximum !== undefined,
    },
  };
}

/** Names that read better than the key does. */
const labels: Readonly<Record<string, string>> = {
  "model.name": "Model",
  "model.load_in_4bit": "Quantize to 4 bits",
  "model.load_in_8bit": "Quantize to 8 bits",
  "model.torch_dtype": "Precision",
  "data.train_file": "Training data",
  "data.mask": "Trained tokens",
  "data.max_length": "Maximum length",
  "data.too_long": "Rows over the maximum length",
  "lora.r": "Rank",
  "lora.alpha": "Alpha",
  "optimization.iters": "Steps (instead of epochs)",
  "optimization.lr_scheduler": "Learning rate schedule",
  "optimization.eval_steps": "Validate every",
  "optimization.save_steps": "Checkpoint every",
  "optimization.sample_rows": "Sample rows",
  "optimization.metric_for_best": "Metric for best",
  output_dir: "Output folder",
};

function labelOf({ key, path }: Option): string {
  const words = (path.at(-1) ?? "").replaceAll("_", " ").replace(/^lr /, "learning rate ");
  return labels[key] ?? `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function fieldOf(option: Option): FormField {
  const { key, path, nullable, flag, description } = option;
  const schema = schemaAt(path);
  const words = wordsOf[key]?.();
  const choices = words ?? option.choices;
  const { group, usual } = groupOf(key);
  return {
    ...{ key, label: labelOf(option), help: description, group, usual, nullable },
    kind: kindOf({ ...option, choices }, schema),
    default: option.default ?? null,
    choices,
    ...rangeOf(schema),
    flag: `--${flag.long}`,
    variable: variableOf(path),
  };
}

/** Every setting that a person sets, in the order of its group. */
export function formFields(): FormField[] {
  const options = optionsOf(RunConfigSchema).filter(({ flag }) => flag.hidden !== true);
  const placed = options.map((option, at) => ({ option, at, place: groupOf(option.key).place }));
  return placed
    .toSorted((a, b) => a.place - b.place || a.at - b.at)
    .map(({ option }) => fieldOf(option));
}
