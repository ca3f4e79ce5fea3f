// ft generate: one answer of a model, with or without an adapter.
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { GeneratedFile, GenerateFileOptions } from "../../app/generate/generate-file.ts";
import type { GeneratedText } from "../../app/generate/generate-text.ts";
import { UsageError } from "../../core/errors.ts";
import { flags } from "../../core/flags.ts";
import { parseJson } from "../../core/json-text.ts";
import { counted } from "../../core/units.ts";
import type { FinishReason } from "../../generate/index.ts";
import type { Message } from "../../text/types.ts";
import { defineCommand } from "../define-command.ts";
import type { Io } from "../io.ts";
import { downloadNote } from "../render/download.ts";
import { AnsweringOptions } from "./answering-options.ts";
import { progressNote } from "./evaluation-options.ts";

const Options = AnsweringOptions.extend({
  prompt: z
    .string()
    .optional()
    .describe("Prompt, instead of the argument; default: standard input")
    .register(flags, { short: "p", value: "TEXT" }),
  jsonSchema: z
    .string()
    .optional()
    .describe("The answer is JSON that this schema allows: a file, or the schema itself")
    .register(flags, { value: "FILE|JSON" }),
  regex: z
    .string()
    .optional()
    .describe("The answer matches this regular expression")
    .register(flags, { value: "PATTERN" }),
  grammar: z
    .string()
    .optional()
    .describe("The answer is a text of this grammar, a file in GBNF")
    .register(flags, { value: "FILE" }),
  prompts: z
    .string()
    .optional()
    .describe(
      "File of questions to answer: one per line (.txt), or JSON lines with prompt or messages",
    )
    .register(flags, { value: "FILE" }),
  output: z
    .string()
    .optional()
    .describe("File for the answers to --prompts, as JSON lines; the same command continues it")
    .register(flags, { short: "o", value: "FILE" }),
  raw: z.boolean().default(false).describe("Continue the prompt as it is, without a template"),
});

type Options = z.infer<typeof Options>;

/** Throws UsageError for options of which one would be left aside. */
function requireNoClash(argument: string | undefined, options: Options): void {
  const { raw, system, template, prompt, prompts, output } = options;
  const others = [argument, prompt, system].some((one) => one !== undefined) || raw;
  const clashes = [
    ...(prompts !== undefined && others ? ["--prompts and a prompt, --system or --raw"] : []),
    ...(prompts === undefined && output !== undefined ? ["one answer and --output"] : []),
    ...(raw && system !== undefined ? ["--raw and --system"] : []),
    ...(raw && template !== undefined ? ["--raw and --template"] : []),
    ...(argument !== undefined && prompt !== undefined ? ["a prompt and --prompt"] : []),
  ];
  if (clashes.length === 0) return;
  throw new UsageError("FT-USAGE-009", {
    message: clashes.map((clash) => `${clash} are both given`).join("\n"),
    hint: "Give one of them",
  });
}

async function promptOf(given: string | undefined, io: Io): Promise<string> {
  const prompt = given ?? (await io.pipedText())?.replace(/\r?\n$/, "");
  if (prompt !== undefined && prompt !== "") return prompt;
  throw new UsageError("FT-USAGE-006", {
    message: "There is nothing to answer",
    hint: 'ft generate MODEL "your question"',
  });
}

function question(
  prompt: string,
  { raw, system }: Options,
): { prompt: string } | { messages: Message[] } {
  if (raw) return { prompt };
  const before: Message[] = system === undefined ? [] : [{ role: "system", content: system }];
  return { messages: [...before, { role: "user", content: prompt }] };
}

/** How an answer ended, after its figures. */
const ENDINGS: Readonly<Record<FinishReason, string>> = {
  stop: "ended by the model",
  length: "cut at --max-tokens",
  "position-limit": "cut at the model's last position",
  cancelled: "cancelled",
};

function tellHow(result: GeneratedText, io: Io): void {
  const { tokenIds, tokensPerSecond, finishReason, warnings } = result;
  for (const warning of warnings) io.note(`warning: ${warning}`);
  const speed = `${tokensPerSecond.toFixed(1)} tokens/s`;
  io.note(`${counted(tokenIds.length, "token")}, ${speed}, ${ENDINGS[finishReason]}`);
}

/** What the answer is held to. Throws UsageError FT-USAGE-009 for more than one, and for what is no JSON or no file. */
function limitsOf({ jsonSchema, regex, grammar }: Options): GenerateFileOptions["limits"] {
  const given = [jsonSchema, regex, grammar].filter((one) => one !== undefined);
  if (given.length > 1)
    throw new UsageError("FT-USAGE-009", {
      message: "more than one of --json-schema, --regex and --grammar is given",
      hint: "Give one of them",
    });
  return {
    ...(jsonSchema !== undefined && { jsonSchema: schemaOf(jsonSchema) }),
    ...(regex !== undefined && { regex }),
    ...(grammar !== undefined && { grammar: fileText("--grammar", grammar) }),
  };
}

function schemaOf(given: string): unknown {
  const isInline = given.trimStart().startsWith("{");
  const text = isInline ? given : fileText("--json-schema", given);
  const parsed = parseJson(text);
  if (parsed.ok) return parsed.value;
  const { line, column, reason } = parsed.problem;
  throw new UsageError("FT-USAGE-009", {
    at: isInline ? { field: "--json-schema" } : { file: given, line },
    message: `the schema is not JSON: ${reason} (line ${line}, column ${column})`,
    hint: "--json-schema FILE.json",
  });
}

function fileText(flag: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError("FT-USAGE-009", {
      at: { file },
      message: `${flag} cannot be read: ${(error as Error).message}`,
      hint: `${flag} FILE`,
      cause: error,
    });
  }
}

/** Of the file of questions: "questions.jsonl" is answered in "questions.answers.jsonl". */
const answersOf = (prompts: string): string => `${prompts.replace(/\.\w+$/, "")}.answers.jsonl`;

async function answerFile(model: string, prompts: string, options: Options, io: Io): Promise<void> {
  const { generateFile } = await import("../../app/generate/generate-file.ts");
  const { output = answersOf(prompts), jsonSchema: _, regex: __, grammar: ___, ...how } = options;
  const result = await generateFile({
    ...{ ...how, model, prompts, output, limits: limitsOf(options), signal: io.signal },
    ...{ onDownload: downloadNote(io), onProgress: progressNote(io) },
  });
  for (const warning of result.warnings) io.note(`warning: ${warning}`);
  io.show(result, () => resultText(result));
}

function resultText({ answers, before, output, tokens, tokensPerSecond }: GeneratedFile): string {
  const earlier = before === 0 ? "" : `, ${before} of them earlier`;
  return `${answers} answers${earlier}: ${output}\n${tokens} tokens, ${tokensPerSecond.toFixed(1)} tokens/s`;
}

export const generate = defineCommand({
  name: "generate",
  summary: "Generate text with a model, with or without an adapter",
  arguments: {
    model: { about: "Hub id, folder, .gguf file, builtin/tiny, or an adapter's or a run's folder" },
    prompt: { about: "Prompt; default: standard input", optional: true },
  },
  options: Options,
  examples: [
    'ft generate builtin/tiny "Which singers are older than 30?" --adapter ./quick_output',
    'echo "Say hello" | ft generate HuggingFaceTB/SmolLM2-135M-Instruct --temperature 0.7 --top-p 0.9',
    'ft generate ./output "Who wrote Emma?" --json-schema author.json',
    "ft generate ./output --prompts questions.jsonl -o answers.jsonl",
  ],
  run: async (input, io) => {
    const { options } = input;
    requireNoClash(input.arguments.prompt, options);
    if (options.prompts !== undefined)
      return answerFile(input.arguments.model ?? "", options.prompts, options, io);
    const prompt = await promptOf(options.prompt ?? input.arguments.prompt, io);
    const { generateText } = await import("../../app/generate/generate-text.ts");
    const { adapter, template, prompt: _, prompts: __, output: ___, ...writing } = options;
    const result = await generateText({
      ...writing,
      ...limitsOf(options),
      model: input.arguments.model ?? "",
      ...question(prompt, options),
      ...(adapter === undefined ? {} : { adapter }),
      ...(template === undefined ? {} : { template }),
      onDownload: downloadNote(io),
      signal: io.signal,
      ...(io.mode.json ? {} : { onText: (text: string) => io.printPart(text) }),
    });
    if (io.mode.json) io.document(result);
    else io.printPart("\n");
    tellHow(result, io);
  },
});
