// Tokens of a dataset's rows, in plain data.
import { type Environment, expandHome } from "../../core/paths.ts";
import { chosenCounter } from "../../synth/tokens/count-block.ts";
import { countTokens } from "../../synth/tokens/count-tokens.ts";
import { encodingOfModel, encodings, type Exactness } from "../../synth/tokens/encodings.ts";
import { unknownModel } from "../../synth/tokens/token-errors.ts";
import { withRows } from "./row-input.ts";

export interface CountRequest {
  file: string;
  /** o200k unless said. */
  encoding?: string | undefined;
  /** At its service; says the encoding where none is given. */
  model?: string | undefined;
  /** A model's folder, whose tokenizer counts instead. */
  tokenizer?: string | undefined;
  threads?: number | undefined;
}

export interface TokenReport {
  rows: { id: string; tokens: number }[];
  total: number;
  encoding: string;
  exactness: Exactness;
  /** The true total is not above total · (1 + errorBound). */
  errorBound: number;
}

/** Throws UsageError FT-TOKENS-004 for a model whose name says nothing. */
function encodingFor(model: string | undefined): string {
  if (model === undefined) return "o200k";
  const encoding = encodingOfModel(model);
  if (encoding === undefined) throw unknownModel(model, encodings.names());
  return encoding;
}

export async function countDataset(
  environment: Environment,
  { file, encoding, model, tokenizer, threads }: CountRequest,
): Promise<TokenReport> {
  const folder = tokenizer === undefined ? undefined : expandHome(tokenizer);
  return await withRows(environment, file, async ({ name, blocks }) => {
    const setup = { file: name, encoding: encoding ?? encodingFor(model), folder };
    const counter = await chosenCounter(setup);
    const rows: TokenReport["rows"] = [];
    let total = 0;
    for await (const { ids, tokens } of countTokens(blocks(), { ...setup, threads })) {
      for (const [at, id] of ids.entries()) rows.push({ id, tokens: tokens[at] ?? 0 });
      total += tokens.reduce((sum, count) => sum + count, 0);
    }
    const { exactness, errorBound } = counter;
    return { rows, total, encoding: counter.encoding, exactness, errorBound };
  });
}
