// Rows as the model reads them, token by token, each learned or not: for a person who checks template and mask by eye.
import type { EncodedRow } from "../../data/encode.ts";
import { isSpecial } from "../../text/encoding.ts";
import { TextStream } from "../../text/text-stream.ts";
import type { Tokenizer } from "../../text/types.ts";
import type { FittingRun } from "./fit-run.ts";

/** One sequence in columns: as long as it has tokens, or as many as are shown. */
export interface PreviewSequence {
  ids: number[];
  /** What each token adds to the text; empty for a part of a character. */
  texts: string[];
  /** What learning each token counts for; 0: it is only read. */
  weights: number[];
  /** Places of special tokens, which are no text of the row. */
  special: number[];
  /** Tokens that are not shown. */
  more: number;
}

export interface PreviewRow {
  file: string;
  line: number;
  tokens: number;
  learned: number;
  /** It is longer than the settings allow, and its end is cut off. */
  cut: boolean;
  /** One, or those that its objective compares. */
  sequences: PreviewSequence[];
}

export interface RowsPreview {
  /** Of the rows to train on. */
  total: number;
  offset: number;
  rows: PreviewRow[];
}

export interface PreviewRequest {
  offset: number;
  limit: number;
}

const mostTokens = 3000;

type Sequence = EncodedRow["sequences"][number];

/** A special token ends what comes before it, which no later token changes. */
function textsOf(
  ids: readonly number[],
  tokenizer: Tokenizer,
): { texts: string[]; special: number[] } {
  let stream = new TextStream(tokenizer);
  const texts: string[] = [];
  const special: number[] = [];
  for (const [at, id] of ids.entries()) {
    if (!isSpecial(tokenizer, id)) {
      texts.push(stream.add(id));
      continue;
    }
    if (at > 0) texts[at - 1] += stream.end();
    stream = new TextStream(tokenizer);
    texts.push(tokenizer.idToToken(id) ?? "");
    special.push(at);
  }
  if (texts.length > 0) texts[texts.length - 1] += stream.end();
  return { texts, special };
}

function shownSequence({ ids, weights }: Sequence, tokenizer: Tokenizer): PreviewSequence {
  const shown = [...ids.slice(0, mostTokens)];
  return {
    ids: shown,
    ...textsOf(shown, tokenizer),
    weights: [...weights.slice(0, mostTokens)],
    more: ids.length - shown.length,
  };
}

/** As they are trained on: after the cut. */
export function previewRows(
  { whole, data, opened }: Pick<FittingRun, "whole" | "data" | "opened">,
  { offset, limit }: PreviewRequest,
): RowsPreview {
  const before = new Map(whole.train.samples.map(({ row, sequences }) => [row, sequences]));
  const { samples } = data.train;
  const rows = samples.slice(offset, offset + limit).map(({ row, sequences }): PreviewRow => {
    const count = (all: readonly Sequence[] = []): number =>
      all.reduce((sum, { ids }) => sum + ids.length, 0);
    const tokens = count(sequences);
    return {
      ...{ file: row.file, line: row.line, tokens, cut: tokens < count(before.get(row)) },
      learned: sequences.reduce(
        (sum, { weights }) => sum + weights.filter((weight) => weight !== 0).length,
        0,
      ),
      sequences: sequences.map((sequence) => shownSequence(sequence, opened.tokenizer)),
    };
  });
  return { total: samples.length, offset, rows };
}
