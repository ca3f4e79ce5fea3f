import { z } from "zod";
// A provider as the model that says which lines of a document are a conversation, for what rules leave open. It gives
// ranges of lines, never text. Answers are kept in the ledger like any other.
import { type Environment } from "../../../core/paths.ts";
import { withDotEnv } from "../../../providers/environment.ts";
import { explained } from "../../../providers/errors.ts";
import { ProviderFailure } from "../../../providers/failures.ts";
import { Gate } from "../../../providers/gate.ts";
import { isObject } from "../../../providers/json.ts";
import { knownPrices } from "../../../providers/prices.ts";
import {
  forgetAnswersOf,
  openStore,
  paidOnce,
  type Store,
  storePath,
  type UnitContext,
} from "../../../store/index.ts";
import { rangesAnswer, type RangesOf } from "../../../synth/identify/model/ranges.ts";
import { type Asking, askPaid } from "../../../synth/make/ask.ts";
import { fillPrompt, findPrompt, promptFolders } from "../../../synth/make/prompts.ts";
import { jsonIn } from "../../../synth/make/read-answer.ts";
import { chooseProvider, type ChosenProvider, type ProviderChoice } from "./choose-provider.ts";

/** Whoever makes one closes it. */
export interface ModelRanges {
  rangesOf: RangesOf;
  close(): Promise<void>;
}

const maxTokens = 4096;

/** Calls of no job: kept and counted, limited by no budget. */
function contextOf(store: Store, signal: AbortSignal): UnitContext {
  return {
    signal,
    log: () => Promise.resolve(),
    progress: () => Promise.resolve(),
    useless: () => undefined,
    call: ({ content, most }, make) =>
      paidOnce(store, { content, most }, () => make(signal), { signal }),
  };
}

function toldFailure(failure: ProviderFailure, { provider, keys }: ChosenProvider): Error {
  const { name, models, leavesTo } = provider;
  return explained(failure, { name, keys, models, host: leavesTo ?? "this machine" });
}

const schema = z.toJSONSchema(rangesAnswer);

/** @throws what choosing the provider throws; asking throws ProviderError where a person must mend something. */
export async function modelRanges(
  choice: ProviderChoice,
  given: Environment,
  signal: AbortSignal = new AbortController().signal,
): Promise<ModelRanges> {
  const environment = withDotEnv(given, process.cwd());
  const chosen = await chooseProvider(choice, environment);
  const { provider } = chosen;
  const prompt = findPrompt("identify", promptFolders(undefined, environment));
  const store = await openStore(storePath(environment));
  const gate = new Gate(choice.concurrency);
  const prices = knownPrices(environment);
  const asking: Asking = { provider, gate, prices, retries: 3, firstDelay: 1000 };
  return {
    rangesOf: async ({ first, lines }) => {
      const document = lines.map((line, at) => `${first + at}: ${line}`).join("\n");
      const request = {
        system: prompt.system,
        prompt: fillPrompt(prompt.prompt, { document }),
        schema: { name: "ranges", schema: isObject(schema) ? schema : {} },
        maxTokens,
        temperature: 0,
      };
      try {
        const { text, key } = await askPaid(request, asking, contextOf(store, signal));
        const found = jsonIn(text);
        if (found === undefined) await forgetAnswersOf(store.db, [key]);
        return found;
      } catch (error) {
        if (!(error instanceof ProviderFailure)) throw error;
        if (error.concernsAll) throw toldFailure(error, chosen);
        return undefined;
      }
    },
    close: async () => {
      await provider.close();
      await store.close();
    },
  };
}
