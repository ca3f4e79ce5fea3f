// Memory that a run could have now.
import { formatBytes } from "../../../core/units.ts";
import { type Check, fail, ok, warn } from "../check.ts";

const gigabyte = 1e9;
/** What a run of the smallest useful model, 135 million parameters, and the least one take. Bytes. */
const enough = 4 * gigabyte;
const least = gigabyte / 2;

export const memory: Check = {
  name: "memory",
  look({ memory: { total, available } }) {
    const found = `${formatBytes(available)} of ${formatBytes(total)} are free`;
    if (available >= enough) return ok(found);
    const remedy = "close programs; ft train validate MODEL says what a run needs";
    return available < least ? fail(found, remedy) : warn(found, remedy);
  },
};
