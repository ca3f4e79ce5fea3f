// Rows that were not among those selected by their scores.
import { type Cleaner, drop } from "../cleaner.ts";

export const selection: Cleaner = {
  about: "rows not selected by score (--select)",
  prepare: (_options, { unselected }) =>
    unselected &&
    (({ position }) => {
      const reason = unselected(position);
      return reason === undefined ? [] : drop(reason);
    }),
};
