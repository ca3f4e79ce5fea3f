// Rows that repeat another one, as a pass over all rows has found before.
import { type Cleaner, drop } from "../cleaner.ts";

export const duplicates: Cleaner = {
  about: "exact and near duplicates",
  prepare: (_options, { duplicateOf }) =>
    duplicateOf &&
    (({ position }) => {
      const found = duplicateOf(position);
      return found === undefined
        ? []
        : drop(`duplicate of ${found.keptId} (${found.likeness})`, found);
    }),
};
