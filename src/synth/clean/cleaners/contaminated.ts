// Rows that have texts of a test set in them.
import { type Cleaner, drop } from "../cleaner.ts";

export const contaminated: Cleaner = {
  about: "rows that contain text of test sets (--against)",
  prepare: (_options, { contamination }) =>
    contamination &&
    ((row) => {
      const found = contamination(row);
      if (found === undefined) return [];
      return drop(`${Math.round(100 * found.share)} % of ${found.test} is in it`, found);
    }),
};
