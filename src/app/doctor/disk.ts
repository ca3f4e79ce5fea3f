// What two checks of disks share: whether a folder can be written to, and how much room there is.
import { formatBytes } from "../../core/units.ts";
import { fail, type Finding, type Machine, ok, warn } from "./check.ts";

const gigabyte = 1e9;
/** A model of 1.7 billion parameters in 16 bits with what is written beside it; a small model. Bytes. */
const enough = 5 * gigabyte;
const least = gigabyte / 2;

export async function lookAtDisk(
  folder: string,
  elsewhere: string,
  { canWrite, freeBytes }: Machine,
): Promise<Finding> {
  if (!canWrite(folder)) return fail(`${folder} cannot be written to`, elsewhere);
  const free = await freeBytes(folder);
  if (free === undefined) return warn(`${folder}: its disk does not say how full it is`, elsewhere);
  const found = `${formatBytes(free)} free in ${folder}`;
  if (free >= enough) return ok(found);
  const remedy = `ft models list shows what could go; ${elsewhere}`;
  return free < least ? fail(found, remedy) : warn(found, remedy);
}
