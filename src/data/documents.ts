// Documents joined into one text, each behind the end mark of the one before, and cut into full windows: what a model is
// pre-trained on. Every token is learned once; where windows overlap, the later one only reads it.
import type { TextSample } from "../text/types.ts";
import type { EncodedRow, EncodedRows, Sequence } from "./encode.ts";
import type { Row } from "./rows.ts";

export interface WindowOptions {
  /** Tokens of a window. */
  maxLength: number;
  /** Tokens at its beginning that stand at the end of the one before, too; at least one does. */
  overlap: number;
}

export function isDocument({ row }: Pick<EncodedRow, "row">): boolean {
  return (row.sample as Partial<TextSample>).isDocument === true;
}

interface Joined extends Sequence {
  /** Where each document begins. */
  starts: { row: Row; at: number }[];
}

function joined(documents: readonly EncodedRow[]): Joined {
  const sequences = documents.flatMap(({ row, sequences: all }) =>
    all.map((one) => ({ row, one })),
  );
  const length = sequences.reduce((sum, { one }) => sum + one.ids.length, 0);
  const whole: Joined = {
    ids: new Int32Array(length),
    weights: new Float32Array(length),
    starts: [],
  };
  let at = 0;
  for (const { row, one } of sequences) {
    whole.ids.set(one.ids, at);
    whole.weights.set(one.weights, at);
    whole.starts.push({ row, at });
    at += one.ids.length;
  }
  return whole;
}

/** Windows over the joined documents; each is of the document in which its first learned token stands. */
function windowsOf({ ids, weights, starts }: Joined, options: WindowOptions): EncodedRow[] {
  const { maxLength } = options;
  const overlap = Math.max(1, options.overlap);
  const windows: EncodedRow[] = [];
  let document = 0;
  for (let start = 0; start === 0 || start + overlap < ids.length; start += maxLength - overlap) {
    const read = start === 0 ? 0 : overlap;
    const own = weights.slice(start, start + maxLength);
    own.fill(0, 0, read);
    while ((starts[document + 1]?.at ?? Infinity) <= start + read) document++;
    const row = starts[document]?.row;
    if (row === undefined) return windows;
    windows.push({ row, sequences: [{ ids: ids.slice(start, start + maxLength), weights: own }] });
  }
  return windows;
}

/**
 * The rows with windows in the place of documents. The last window is as long as what is left. Throws RangeError unless
 * a window is longer than what it shares with the next.
 */
export function cutDocuments<Encoded extends EncodedRow>(
  rows: EncodedRows<Encoded>,
  options: WindowOptions,
): EncodedRows<Encoded> {
  const documents = rows.samples.filter(isDocument);
  if (documents.length === 0) return rows;
  if (Math.max(1, options.overlap) >= options.maxLength)
    throw new RangeError("windows have to be longer than what they share");
  const others = rows.samples.filter((sample) => !isDocument(sample));
  const windows = windowsOf(joined(documents), options) as Encoded[];
  return { ...rows, samples: [...others, ...windows] };
}
