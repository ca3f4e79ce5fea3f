// Answers to a file of questions, many at once, written in the order of the questions as they come. An interrupted call
// goes on where it ended.
import { existsSync } from "node:fs";
import { UsageError } from "../../core/errors.ts";
import { hashFile } from "../../core/file-hash.ts";
import { inOrder } from "../../core/in-order.ts";
import { type KeptFiles, KeptRows } from "../../core/kept-rows.ts";
import { shellWord } from "../../core/shell.ts";
import { loadModel, type LoadModelOptions, type Model } from "../../generate/load-model.ts";
import { namedModel } from "../../generate/named-model.ts";
import { type GenerateOptions, samplingFrom } from "../../generate/options.ts";
import { generateText, type GenerateTextOptions } from "./generate-text.ts";
import { type PromptRow, readPrompts } from "./prompt-rows.ts";
import { type Asked, checkedOptions } from "./request.ts";

export interface GenerateFileOptions
  extends Partial<GenerateOptions>, Pick<LoadModelOptions, "onDownload" | "signal" | "loadIn4bit"> {
  model: string;
  adapter?: string | undefined;
  prompts: string;
  /** JSON lines. */
  output: string;
  template?: string | undefined;
  /** As of one answer. */
  limits?: Pick<Asked, "jsonSchema" | "regex" | "grammar"> | undefined;
  onProgress?: (progress: { done: number; total: number; secondsLeft: number }) => void;
}

/** One line of the output. */
export interface FileAnswer {
  /** Of the question in the file, from 1. */
  line: number;
  id?: string | number | undefined;
  /** What was asked last. */
  prompt: string;
  text: string;
  tokens: number;
  finishReason: string;
}

export interface GeneratedFile {
  output: string;
  answers: number;
  /** Of them, what an earlier call wrote. */
  before: number;
  tokens: number;
  tokensPerSecond: number;
  seconds: number;
  warnings: string[];
}

/** More than are written at once, so that a long answer does not hold others up. */
const askedAtOnce = 64;

const filesOf = (output: string): KeptFiles => ({ rows: output, about: `${output}.asked.json` });

/** Throws UsageError FT-GENERATE-007 where a file is there that no call of this command began. */
function requireOwn({ rows, about }: KeptFiles): void {
  if (!existsSync(rows) || existsSync(about)) return;
  throw new UsageError("FT-GENERATE-007", {
    at: { file: rows },
    message: "this file exists, and is not a file of answers that this command can continue",
    hint: `-o ${shellWord(rows.replace(/(\.\w+)?$/, "-2$1"))}`,
  });
}

function otherQuestion(rows: string, keys: readonly string[]): UsageError {
  return new UsageError("FT-GENERATE-008", {
    at: { file: rows },
    message: `this file holds answers of another run: they differ in ${keys.join(", ")}`,
    hint: `-o ${shellWord(rows.replace(/(\.\w+)?$/, "-2$1"))}`,
  });
}

async function identityOf(options: GenerateFileOptions, settings: GenerateOptions) {
  const { model, adapter = null, prompts, template = null, loadIn4bit = false, limits } = options;
  // a run that was trained again has the same name and other numbers
  const { digest } = await namedModel(adapter ?? model, model);
  const asked = { prompts: await hashFile(prompts), template, loadIn4bit, ...limits };
  return { model, adapter, digest, ...asked, ...settings };
}

/** Questions draw apart: each has the seed's next number. Where nothing is drawn the seed is as it was given. */
function seedOf(settings: GenerateOptions, index: number): number | undefined {
  return samplingFrom(settings).temperature > 0 ? (settings.seed ?? 0) + index : settings.seed;
}

async function answered(
  model: Model,
  row: PromptRow,
  how: Omit<GenerateTextOptions, "model">,
): Promise<FileAnswer & { warnings: string[] }> {
  const { line, id, messages } = row;
  const { text, tokenIds, finishReason, warnings } = await generateText({
    ...how,
    ...{ model, messages },
  });
  const { content = "" } = messages.findLast(({ role }) => role === "user") ?? {};
  const prompt = typeof content === "string" ? content : "";
  return { line, id, prompt, text, tokens: tokenIds.length, finishReason, warnings };
}

/**
 * @throws what `loadModel` and `readPrompts` throw; UsageError FT-GENERATE-007 for an output that is another file, 008 for
 * answers to something else.
 */
export async function generateFile(options: GenerateFileOptions): Promise<GeneratedFile> {
  const settings = checkedOptions(options);
  const questions = await readPrompts(options.prompts);
  const files = filesOf(options.output);
  requireOwn(files);
  const identity = await identityOf(options, settings);
  const refused = (keys: readonly string[]): UsageError => otherQuestion(files.rows, keys);
  const fits = ({ line, text }: FileAnswer, at: number): boolean =>
    line === questions[at]?.line && typeof text === "string";
  const kept = await KeptRows.open<FileAnswer>(files, identity, { refused, fits });
  const before = kept.rows.length;
  const { adapter, onDownload, signal, loadIn4bit } = options;
  const loading = { onDownload, signal, loadIn4bit, ...(adapter !== undefined && { adapter }) };
  const model = await loadModel(options.model, loading);
  const [started, warnings] = [performance.now(), new Set<string>()];
  const since = (): number => (performance.now() - started) / 1000;
  try {
    const left = questions.map((row, index) => ({ row, index })).slice(before);
    const how = { ...settings, ...options.limits, template: options.template, signal };
    const ask = ({ row, index }: (typeof left)[number]) =>
      answered(model, row, { ...how, seed: seedOf(settings, index) });
    const asked = inOrder(left, ask, askedAtOnce);
    for await (const { warnings: own, ...answer } of asked) {
      kept.add(answer);
      for (const warning of own) warnings.add(warning);
      const done = kept.rows.length;
      const secondsLeft = (since() / (done - before)) * (questions.length - done);
      options.onProgress?.({ done, total: questions.length, secondsLeft });
    }
  } finally {
    model.dispose();
  }
  const tokens = kept.rows.slice(before).reduce((sum, row) => sum + row.tokens, 0);
  const seconds = since();
  const result = { output: files.rows, answers: kept.rows.length, before, tokens, seconds };
  await kept.finish({ answers: kept.rows.length });
  return { ...result, tokensPerSecond: tokens / seconds, warnings: [...warnings] };
}
