// What is said about a row stands in an object.
import { isObject, isPresent } from "../../../data/formats/format.ts";
import type { RowCheck } from "../check.ts";

export const metadata: RowCheck = {
  about: "metadata or meta that is not an object",
  *look({ value }) {
    for (const field of ["metadata", "meta"]) {
      const given = value[field];
      if (!isPresent(given) || isObject(given)) continue;
      yield { field, message: `${field} must be an object`, fixable: false };
    }
  },
};
