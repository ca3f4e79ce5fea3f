import { writeJsonAtomic } from "../../core/atomic-files.ts";
import { DataError } from "../../core/errors.ts";
import { expandHome } from "../../core/paths.ts";
import { type Answer, type Question, questionsOf } from "../../eval/index.ts";
import type { Sample } from "../../text/types.ts";
import { defaultRunConfig } from "../config/schema.ts";
import { loadRunDataset } from "../data/run-dataset.ts";
// Two models at a service on the same rows: each answers what the rows ask, is scored by what they answer, and by how
// likely it finds that. The two are a base model and a checkpoint of it, or two checkpoints.
import { chosenMetrics, scored } from "../evaluate/scores.ts";
import { type AskingOptions, RemoteModelToAsk, textOf } from "./ask-remote.ts";
import { remoteSubject, type RemoteSubject } from "./remote-subjects.ts";
import type { AskRemoteOptions } from "./test-remote.ts";
import { openTinker } from "./tinker.ts";

export interface RemoteComparison {
  /** Address, folder, or a pattern over either. */
  checkpoint: string;
  /** Another one in the place of the base model. */
  against?: string | undefined;
  data: string;
  limit: number;
  metrics: readonly string[];
  template: string;
  output?: string | undefined;
  asking: AskingOptions;
}

export interface ComparedPrompt {
  prompt: string;
  reference: string;
  base: string;
  tuned: string;
}

export interface RemoteComparisonResult {
  /** What `base` and `tuned` are. */
  base: string;
  tuned: string;
  prompts: ComparedPrompt[];
  scores: { base: Record<string, number>; tuned: Record<string, number>; signature: string };
  /** Rows that ask nothing. */
  left: number;
  file: string | null;
}

async function questionsIn(
  { data, limit }: RemoteComparison,
  renderer: Parameters<typeof questionsOf>[1],
): Promise<{ questions: Question[]; left: number }> {
  const config = defaultRunConfig();
  const named = { ...config, data: { ...config.data, train_file: data, validation_split: 0 } };
  const { path, dataset } = await loadRunDataset(named, "chat");
  const { questions, unasked } = questionsOf(dataset.train.slice(0, limit), renderer);
  if (questions.length > 0) return { questions, left: unasked.length };
  throw new DataError("FT-REMOTE-029", {
    at: { file: path },
    message: "no row has a prompt with an answer",
    hint: "give conversations that end with an assistant message, or rows with prompt and completion",
  });
}

/** @throws FtError of the connection, of what is named, of the rows; UsageError FT-EVAL-002 for a metric that is none. */
export async function compareRemote(
  comparison: RemoteComparison,
  options: AskRemoteOptions,
): Promise<RemoteComparisonResult> {
  const chosen = chosenMetrics(comparison.metrics);
  const losesOnly = chosen.some(([, { looksAt }]) => looksAt === "loss");
  const session = await openTinker(options);
  try {
    const { connection } = session;
    const tuned = await remoteSubject(connection, comparison.checkpoint);
    const other =
      comparison.against === undefined
        ? undefined
        : await remoteSubject(connection, comparison.against);
    const text = await textOf(tuned, comparison.template, options);
    const { questions, left } = await questionsIn(comparison, text.renderer);
    const whole = questions.map(({ row }) => text.renderer.render(row.sample as Sample, "last"));
    const answered = async (from: { base: string } | { path: string }): Promise<Answer[]> => {
      const model = await RemoteModelToAsk.open(session, from, text);
      const answers = await model.answers(
        questions.map(({ ids }) => ids),
        comparison.asking,
      );
      const losses = losesOnly ? await model.losses(whole) : [];
      return questions.map(({ reference, prompt }, at) => ({
        ...{
          prediction: answers[at]?.text ?? "",
          references: [reference],
          prompt,
          loss: losses[at],
        },
      }));
    };
    const ofBase = await answered(other ? { path: other.samplerUri } : { base: tuned.base });
    const ofTuned = await answered({ path: tuned.samplerUri });
    const { scores: base, signature } = scored(chosen, ofBase);
    const result = {
      ...{ base: nameOf(other, tuned.base), tuned: tuned.samplerUri },
      prompts: questions.map(({ prompt, reference }, at) => ({
        ...{ prompt, reference },
        ...{ base: ofBase[at]?.prediction ?? "", tuned: ofTuned[at]?.prediction ?? "" },
      })),
      scores: { base, tuned: scored(chosen, ofTuned).scores, signature },
      ...{ left, file: comparison.output ?? null },
    };
    if (comparison.output !== undefined)
      await writeJsonAtomic(expandHome(comparison.output), result);
    return result;
  } finally {
    session.close();
  }
}

const nameOf = (other: RemoteSubject | undefined, base: string): string =>
  other?.samplerUri ?? base;
