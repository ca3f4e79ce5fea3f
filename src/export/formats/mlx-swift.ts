// A folder for mlx-swift-lm, which reads what mlx-lm writes where it knows the model's type: checked against the list of
// what its loader needs (mlx-swift-types.ts), as nothing else of it can be run here.
import { ModelError } from "../../core/errors.ts";
import type { StoredModel } from "../../weights/index.ts";
import type { Config } from "../converted-config.ts";
import type { ExportFormat } from "./format.ts";
import { mlxQuants } from "./mlx-quants.ts";
import { mlxSwiftModes, mlxSwiftSource, mlxSwiftTypes } from "./mlx-swift-types.ts";
import { planMlx } from "./mlx.ts";

const said = ({ repository, commit, date }: typeof mlxSwiftSource): string =>
  `${repository} at ${commit.slice(0, 8)} (${date})`;

/** @throws ModelError FT-EXPORT-006 for a type that the loader does not know. */
function requireKnownType({ folder }: StoredModel, type: string): void {
  if (mlxSwiftTypes[type] !== undefined) return;
  throw new ModelError("FT-EXPORT-006", {
    at: { file: folder },
    message: `mlx-swift does not load models of type ${type}: ${said(mlxSwiftSource)} has none`,
    hint: "ft export mlx: a later version, or a type that an app registers, reads that folder",
  });
}

function keysMissing(config: Config, type: string): string[] {
  const inner = (config["text_config"] ?? {}) as Config;
  const needed = mlxSwiftTypes[type] ?? [];
  return needed.filter((key) => (config[key] ?? inner[key] ?? null) === null);
}

function modesUnknown({ quantization }: Config): string[] {
  const parts = [quantization, ...Object.values((quantization ?? {}) as Config)];
  const modes = parts.map((one) => (one as Config | undefined)?.["mode"]);
  return [...new Set(modes)].filter(
    (mode): mode is string => typeof mode === "string" && !mlxSwiftModes.includes(mode),
  );
}

/** @throws ModelError FT-EXPORT-007 with all that the loader would stop at. */
function requireLoadable({ folder, companions }: StoredModel, config: Config, type: string): void {
  const problems = [
    ...keysMissing(config, type).map((key) => `config.json has no ${key}`),
    ...modesUnknown(config).map((mode) => `it has no quantization of mode ${mode}`),
    ...(companions.has("tokenizer.json") ? [] : ["there is no tokenizer.json"]),
  ];
  if (problems.length === 0) return;
  throw new ModelError("FT-EXPORT-007", {
    at: { file: folder },
    message: "mlx-swift would not load the model",
    problems,
    hint: "save model and tokenizer with transformers' save_pretrained, which writes all of these",
  });
}

/** What loads and still is not as it should be. */
function notesOn({ companions }: StoredModel): string[] {
  const hasTemplate =
    ["chat_template.jinja", "chat_template.json"].some((name) => companions.has(name)) ||
    companions.read("tokenizer_config.json")?.includes('"chat_template"') === true;
  return [
    `checked against ${said(mlxSwiftSource)}; not loaded there`,
    ...(companions.has("tokenizer_config.json")
      ? []
      : ["there is no tokenizer_config.json: an app has to name the kind of tokenizer"]),
    ...(hasTemplate ? [] : ["there is no chat template: messages are joined with blank lines"]),
  ];
}

export const mlxSwift: ExportFormat = {
  about: "folder for apps with mlx-swift-lm, checked against the requirements of its loader",
  output: "folder",
  takes: ["quant", "dtype"],
  quants: mlxQuants,
  async plan(source, options) {
    const type = String((source.model.config as Config)["model_type"]);
    requireKnownType(source.model, type);
    const planned = await planMlx(source, options);
    requireLoadable(planned.stored, planned.config, type);
    return { ...planned, notes: [...planned.notes, ...notesOn(planned.stored)] };
  },
};
