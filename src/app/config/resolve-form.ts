// A form half filled in, as settings: each value with its origin, what is wrong at which field, what to think about, and the
// command that does the same. Reads no model and no rows.
import { FtError } from "../../core/errors.ts";
import { optionsOf } from "../../core/options.ts";
import type { Environment } from "../../core/paths.ts";
import { chosenMethod } from "../../train/methods.ts";
import { objectives } from "../../train/objectives/index.ts";
import { tunings } from "../../train/tuning/index.ts";
import { checkRun, requireData } from "../train/check-run.ts";
import { commandLine } from "./command-line.ts";
import { schemaAt } from "./form-fields.ts";
import { type RawValues, setAt, valueAt } from "./layers.ts";
import { loadRunConfig } from "./load.ts";
import { wrongValue } from "./problems.ts";
import type { ResolvedConfig } from "./resolve.ts";
import { type RunConfig, RunConfigSchema } from "./schema.ts";
import { type Advice, adviceFor } from "./warnings.ts";

export interface FormRequest {
  /** What a person set, by dotted key. */
  values: Readonly<Record<string, unknown>>;
  profile?: string | undefined;
  /** What is put forward where nobody said anything. */
  suggested?: RawValues | undefined;
  environment: Environment;
  /** Where relative paths and the project's file are. */
  cwd: string;
}

export interface FieldProblem {
  /** Null where it is about several. */
  field: string | null;
  message: string;
  hint: string | null;
}

export interface FilledField {
  key: string;
  value: unknown;
  /** As `ft config show --origins` says it: "profile:chat", "flag:form". */
  origin: string;
  /** Something reads it: of a full fine-tuning nobody reads the rank of adapters. */
  counts: boolean;
}

export interface FilledForm {
  fields: FilledField[];
  problems: FieldProblem[];
  advice: Advice[];
  /** Words of the command line, one argument or flag each; none while values are wrong. */
  command: string[];
  /** What was given and does not count, because something beside it does. */
  unused: string[];
  /** Absent while a value is wrong. */
  resolved: ResolvedConfig | undefined;
}

/** Who a value is from, of those that a person filled in here. */
export const FORM_ORIGIN = "form";

interface Sorted {
  good: Record<string, unknown>;
  problems: FieldProblem[];
}

/** Values that their settings take, nested; and what is wrong with the others. */
function sorted(values: FormRequest["values"]): Sorted {
  const known = new Map(optionsOf(RunConfigSchema).map((option) => [option.key, option]));
  const good: Record<string, unknown> = {};
  const problems: FieldProblem[] = [];
  for (const [key, value] of Object.entries(values)) {
    const option = known.get(key);
    const message =
      option === undefined ? "there is no such setting" : wrongValue(schemaAt(option.path), value);
    if (message !== undefined) problems.push({ field: key, message, hint: null });
    else setAt(good, key.split("."), value);
  }
  return { good, problems };
}

/** Codes whose errors name no field, with the field that they are about. */
const aboutField: readonly (readonly [code: RegExp, field: string])[] = [
  [/^FT-RUN-00[14]$/, "output_dir"],
  [/^FT-(DATA|FILE)-/, "data.train_file"],
  [/^FT-MODEL-/, "model.name"],
];

function problemOf(error: FtError): FieldProblem[] {
  const { code, hint, at, problems } = error;
  const field = at?.field ?? aboutField.find(([of]) => of.test(code))?.[1] ?? null;
  const all = problems.length === 0 ? [error.message] : problems;
  return all.map((message) => ({ field, message, hint: hint ?? null }));
}

/** What a check throws, as problems. */
async function found(check: () => unknown): Promise<FieldProblem[]> {
  try {
    await check();
    return [];
  } catch (error) {
    if (error instanceof FtError) return problemOf(error);
    throw error;
  }
}

function missing({ model, data }: RunConfig): FieldProblem[] {
  const lacks = (field: string, message: string): FieldProblem => ({ field, message, hint: null });
  return [
    ...(model.name === "" ? [lacks("model.name", "choose a model")] : []),
    ...(data.train_file === "" ? [lacks("data.train_file", "choose training data")] : []),
  ];
}

/** What keeps a run with these settings from starting, as far as can be told without reading model and rows. */
async function hindrances(config: RunConfig): Promise<FieldProblem[]> {
  const absent = missing(config);
  const { length } = absent;
  const [first] = length > 0 ? [absent] : [await found(() => checkRun(config))];
  const data = config.data.train_file === "" ? [] : await found(() => requireData(config));
  return [...first, ...data];
}

/** Whether something reads the groups of options that not everything reads. */
function counting(config: RunConfig): (key: string) => boolean {
  const { tuning, objective } = chosenMethod(config);
  const read = new Set<string>([
    ...tunings.get(tuning).groups,
    ...(objectives.get(objective).groups ?? []),
  ]);
  const sometimes = new Set<string>([
    ...tunings.names().flatMap((name) => tunings.get(name).groups),
    ...objectives.names().flatMap((name) => objectives.get(name).groups ?? []),
  ]);
  return (key) => {
    const [group = ""] = key.split(".");
    return !key.includes(".") || !sometimes.has(group) || read.has(group);
  };
}

/** Origins that a command line has to say again: everything else is found by itself. */
const isSaid = (origin: string): boolean =>
  origin === `flag:${FORM_ORIGIN}` || origin === `preset:${FORM_ORIGIN}`;

function fieldsOf({ config, origins }: ResolvedConfig): FilledField[] {
  const counts = counting(config);
  return optionsOf(RunConfigSchema)
    .filter(({ flag }) => flag.hidden !== true)
    .map(({ key, path }) => ({
      ...{ key, value: valueAt(config, path) ?? null, counts: counts(key) },
      origin: origins.get(key) ?? "default",
    }));
}

function load(request: FormRequest, values: RawValues): ResolvedConfig {
  const { profile, suggested, environment, cwd } = request;
  return loadRunConfig({
    ...{ preset: "start", profile, environment, cwd },
    ...(suggested !== undefined && { suggested: { name: FORM_ORIGIN, values: suggested } }),
    flags: { values, originOf: () => `flag:${FORM_ORIGIN}` },
  });
}

/** Settings that agree with each other, or those without what a person set, and why. */
function resolved(
  request: FormRequest,
  good: RawValues,
): { settings: ResolvedConfig | undefined; problems: FieldProblem[] } {
  try {
    return { settings: load(request, good), problems: [] };
  } catch (error) {
    if (!(error instanceof FtError)) throw error;
    return { settings: undefined, problems: problemOf(error) };
  }
}

/** Throws nothing that a person could have filled in wrongly: it is among the problems. */
export async function fillForm(request: FormRequest): Promise<FilledForm> {
  const { good, problems: wrong } = sorted(request.values);
  const { settings, problems: contrary } = resolved(request, good);
  const problems = [...wrong, ...contrary];
  if (settings === undefined) {
    return { fields: [], problems, advice: [], command: [], unused: [], resolved: undefined };
  }
  const { config, origins, unused } = settings;
  const said = new Set([...origins].flatMap(([key, origin]) => (isSaid(origin) ? [key] : [])));
  const isWhole = problems.length === 0;
  return {
    fields: fieldsOf(settings),
    problems: [...problems, ...(isWhole ? await hindrances(config) : [])],
    advice: adviceFor(config),
    command: isWhole ? commandLine({ config, said, profile: request.profile }) : [],
    unused: [...unused],
    resolved: isWhole ? settings : undefined,
  };
}
