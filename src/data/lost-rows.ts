// Which rows are not learned whole, and why: those that were cut and those that were left out. Plain data, as it is
// listed; what is wrong with a row that cannot be read is rows.ts's.
import type { EncodedRows } from "./encode.ts";
import type { Row } from "./rows.ts";
import type { SplitName } from "./splits.ts";

export interface LostRow {
  split: SplitName;
  file: string;
  line: number;
  item?: number;
  /** As the row names itself. */
  id?: string;
  /** What became of it. */
  what: "cut" | "dropped";
  reason: string;
  /** Before the cut. */
  tokens: number;
  /** Of those that were to be learned, how many are gone; absent where none were. */
  lostTokens?: number;
}

function placeOf({ file, line, item, id }: Row): Pick<LostRow, "file" | "line" | "item" | "id"> {
  return { file, line, ...(item !== undefined && { item }), ...(id !== undefined && { id }) };
}

/** The rows of a split that are not learned whole, the ones left out first. */
export function lostRows(
  { cut = [], dropped }: Pick<EncodedRows, "cut" | "dropped">,
  split: SplitName,
  maxLength: number,
): LostRow[] {
  return [
    ...dropped.map(({ row, tokens, reason }): LostRow => {
      return { split, ...placeOf(row), what: "dropped", reason, tokens };
    }),
    ...cut.map(({ row, tokens, lostTokens }): LostRow => {
      const reason = `longer than ${maxLength} tokens`;
      return { split, ...placeOf(row), what: "cut", reason, tokens, lostTokens };
    }),
  ];
}
