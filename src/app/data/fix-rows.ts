// A file of rows mended for a service, and what is still wrong with it then.
import { checkFiles, fixFile, type FixReport, readLimits } from "../../synth/profiles/index.ts";
import { today } from "./validate-rows.ts";

export interface ToldFix extends FixReport {
  /** Of the new file. */
  valid: boolean;
  left: { errors: number; warnings: number };
}

export async function fixRows(
  file: string,
  out: string,
  { profile, limits }: { profile: string; limits?: string | undefined },
): Promise<ToldFix> {
  const table = readLimits(limits);
  const report = await fixFile(file, out, profile);
  const { valid, errors, warnings } = await checkFiles({
    file: out,
    profile,
    on: today(),
    limits: table,
  });
  return { ...report, valid, left: { errors: errors.length, warnings: warnings.length } };
}
