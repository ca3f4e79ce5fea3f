// What a model answers while it is trained, to a few rows that stay the same: likeliest token by token, so that two steps
// differ by what was learned between them. Draws nothing at random and changes nothing of the run.
import { questionsOf } from "../../eval/index.ts";
import { Engine, type GenerationEnd, plainSampling } from "../../generate/index.ts";
import type { Sampler } from "../../train/run.ts";
import type { PreparedRun } from "./prepare-run.ts";

/** Rows looked at for each that is wanted: some ask nothing, or too much. */
const looked = 20;

type Material = Pick<PreparedRun, "config" | "loaded" | "opened" | "renderer" | "data">;

/** Rows that a model can be asked, in the order of the data: to validate on, or to train on where there are no others. */
function askedRows({ config, loaded, renderer, data }: Material) {
  const { sample_rows: count, sample_tokens: maxTokens } = config.optimization;
  const { validation, train } = data.dataset;
  const rows = validation.length > 0 ? validation : train;
  const { questions } = questionsOf(rows.slice(0, count * looked), renderer);
  const most = (loaded.sizes.positionLimit ?? Infinity) - maxTokens;
  return questions.filter(({ ids }) => ids.length > 0 && ids.length <= most).slice(0, count);
}

/** A note for a person who asked for samples of rows that ask nothing. */
export function sampleNotices(material: Material): string[] {
  if (material.config.optimization.sample_rows === 0 || askedRows(material).length > 0) return [];
  return ["no samples are written: none of the rows has a prompt that the model could answer"];
}

/** Undefined where none are asked for, or no row asks anything. */
export function samplerOf(material: Material, shouldStop: () => boolean): Sampler | undefined {
  const { config, loaded, opened } = material;
  const questions = askedRows(material);
  if (questions.length === 0) return undefined;
  const { stopTokenIds } = opened.tokenizer;
  const { sample_tokens: maxTokens } = config.optimization;
  const engine = new Engine(loaded.model, opened.tokenizer, {
    positionLimit: loaded.sizes.positionLimit,
  });
  return async () => {
    const answers = questions.map(({ ids }) =>
      engine.submit(
        { prompt: ids, maxTokens, stopTokenIds, sampling: plainSampling, seed: 0 },
        () => {
          if (shouldStop()) for (const answer of answers) answer.cancel();
        },
      ),
    );
    const ends: GenerationEnd[] = await Promise.all(answers.map(({ ended }) => ended));
    if (shouldStop()) return undefined;
    return questions.flatMap(({ row, prompt, reference }, at) => {
      const end = ends[at];
      if (end === undefined) return [];
      const { text, tokenIds, finishReason } = end;
      return {
        ...{ file: row.file, line: row.line, prompt, reference, text },
        ...{ tokens: tokenIds.length, cut: finishReason !== "stop" },
      };
    });
  };
}
