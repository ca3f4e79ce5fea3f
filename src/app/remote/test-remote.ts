import { existsSync } from "node:fs";
// A few prompts, answered by a remote checkpoint, and by its base model beside it where that is asked for.
import { readFile } from "node:fs/promises";
import { writeJsonAtomic } from "../../core/atomic-files.ts";
import { DataError } from "../../core/errors.ts";
import { expandHome } from "../../core/paths.ts";
import { type AskingOptions, RemoteModelToAsk, type RemoteAnswer, textOf } from "./ask-remote.ts";
import { remoteSubject } from "./remote-subjects.ts";
import { openTinker } from "./tinker.ts";
import type { RemoteTrainOptions } from "./train-remote.ts";

/** Asked where a person gives none: an explanation, a plan, a rewriting, a sum, a limit. */
export const USUAL_PROMPTS: readonly string[] = [
  "Why does the moon always show us the same side?",
  "Plan a first week of learning to play the guitar, ten minutes a day.",
  "Say this more kindly: You did not read what I wrote.",
  "A shop sells three notebooks for 7.50. What do eight cost? Show each step.",
  "What should I know before I take two painkillers at once?",
];

export interface RemoteTest {
  /** Address, folder, or a pattern over either. */
  weights: string;
  prompts?: readonly string[] | undefined;
  /** One a line, or JSON lines with `prompt`. */
  promptsFile?: string | undefined;
  compareBase: boolean;
  /** In the place of the one that its run names. */
  baseModel?: string | undefined;
  template: string;
  output?: string | undefined;
  asking: AskingOptions;
}

export interface TestedPrompt {
  prompt: string;
  /** Null where the base model was not asked. */
  base: string | null;
  tuned: string;
}

export interface AnswerScores {
  meanTokens: number;
  /** Share of the answers that ended by themselves. */
  stopped: number;
}

export interface RemoteTestResult {
  weights: string;
  baseModel: string;
  settings: AskingOptions;
  prompts: TestedPrompt[];
  scores: {
    tuned: AnswerScores;
    base: AnswerScores | null;
    /** Share of other answers than the base's. */ changed: number | null;
  };
  file: string | null;
}

/** Lines of a file that ask something. @throws DataError FT-REMOTE-028 */
async function promptsIn(file: string): Promise<string[]> {
  const path = expandHome(file);
  if (!existsSync(path))
    throw new DataError("FT-REMOTE-028", {
      at: { file },
      message: "there is no such file of prompts",
      hint: "--test-prompts FILE with one prompt per line, or leave it out",
    });
  const lines = (await readFile(path, "utf8")).split(/\r?\n/).filter((line) => line.trim() !== "");
  const prompts = lines.map((line, at) => promptIn(line, file, at + 1));
  if (prompts.length > 0) return prompts;
  throw new DataError("FT-REMOTE-028", {
    at: { file },
    message: "the file has no prompts",
    hint: "write one prompt per line",
  });
}

function promptIn(line: string, file: string, number: number): string {
  if (!line.startsWith("{")) return line;
  try {
    const { prompt } = JSON.parse(line) as { prompt?: unknown };
    if (typeof prompt === "string") return prompt;
  } catch {
    // told below
  }
  throw new DataError("FT-REMOTE-028", {
    at: { file, line: number, field: "prompt" },
    message: "the prompt is missing, or the line is not JSON",
    hint: 'write one prompt per line, or {"prompt": "…"}',
  });
}

const share = (all: readonly unknown[], some: readonly unknown[]): number =>
  all.length === 0 ? 0 : some.length / all.length;

export const scoresOf = (answers: readonly RemoteAnswer[]): AnswerScores => ({
  meanTokens: answers.reduce((sum, { tokens }) => sum + tokens, 0) / Math.max(1, answers.length),
  stopped: share(
    answers,
    answers.filter(({ stopped }) => stopped),
  ),
});

export type AskRemoteOptions = Omit<RemoteTrainOptions, "onEvent" | "onPlanned">;

/** @throws FtError of the connection, of what is named, and DataError FT-REMOTE-028 for prompts that are none. */
export async function testRemote(
  test: RemoteTest,
  options: AskRemoteOptions,
): Promise<RemoteTestResult> {
  const { promptsFile, asking, output } = test;
  const prompts =
    promptsFile === undefined ? (test.prompts ?? USUAL_PROMPTS) : await promptsIn(promptsFile);
  const session = await openTinker(options);
  try {
    const subject = await remoteSubject(session.connection, test.weights);
    const baseModel = test.baseModel ?? subject.base;
    const text = await textOf({ ...subject, base: baseModel }, test.template, options);
    const ids = prompts.map((content) => text.renderer.prompt([{ role: "user", content }]));
    const ask = async (from: { base: string } | { path: string }): Promise<RemoteAnswer[]> =>
      await (await RemoteModelToAsk.open(session, from, text)).answers(ids, asking);
    const tuned = await ask({ path: subject.samplerUri });
    const base = test.compareBase ? await ask({ base: baseModel }) : undefined;
    const rows = prompts.map((prompt, at) => ({
      ...{ prompt, base: base?.[at]?.text ?? null, tuned: tuned[at]?.text ?? "" },
    }));
    const changed =
      base &&
      share(
        rows,
        rows.filter((row) => row.base !== row.tuned),
      );
    const result: RemoteTestResult = {
      ...{ weights: subject.samplerUri, baseModel, settings: asking, prompts: rows },
      scores: {
        tuned: scoresOf(tuned),
        base: base ? scoresOf(base) : null,
        changed: changed ?? null,
      },
      file: output ?? null,
    };
    if (output !== undefined) await writeJsonAtomic(expandHome(output), result);
    return result;
  } finally {
    session.close();
  }
}
