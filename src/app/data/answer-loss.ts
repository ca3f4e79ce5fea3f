// How well a local model foretells answers, for their difficulty. Loaded only where it is asked for.
import type { AnswerLoss } from "../../synth/clean/difficulty.ts";

export interface AnswerModel {
  readonly lossOf: AnswerLoss;
  dispose(): void;
}

/** Tokens of a question and its answer that are read; what is longer is cut at its end. */
const mostTokens = 1024;

/** Throws what loading a model throws. */
export async function answerModel(name: string): Promise<AnswerModel> {
  const { loadModel } = await import("../../generate/load-model.ts");
  const { createRenderer } = await import("../../text/index.ts");
  const { int32, scope } = await import("../../mx/index.ts");
  const model = await loadModel(name);
  const { tokenizer, loaded } = model;
  const renderer = createRenderer(tokenizer, { template: "auto" });
  const begin = tokenizer.bosTokenId ?? tokenizer.eosTokenId;
  const before = (question: string): number[] =>
    question === ""
      ? begin === undefined
        ? []
        : [begin]
      : renderer.prompt([{ role: "user", content: question }]);
  const lossOf: AnswerLoss = async (question, answer) => {
    const prefix = before(question);
    const ids = [...prefix, ...tokenizer.encode(answer)].slice(0, mostTokens);
    const count = ids.length - 1;
    // the first token has nothing before it where there is no question: it counts in neither
    if (count <= prefix.length) return undefined;
    const losses = scope(() => {
      const hidden = loaded.model.hidden(int32(ids.slice(0, -1), [1, count]));
      const all = loaded.model.headLosses(hidden.reshape(count, -1), int32(ids.slice(1), [count]));
      return all.toFloat32().slice();
    });
    const own = losses.slice(prefix.length);
    return own.reduce((sum, loss) => sum + loss, 0) / own.length;
  };
  return { lossOf, dispose: () => model.dispose() };
}
