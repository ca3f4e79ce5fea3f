// A file of rows held against a service's profile.
import { type CheckReport, checkFiles, readLimits } from "../../synth/profiles/index.ts";

export interface ValidateRequest {
  file: string;
  validation?: string | undefined;
  profile: string;
  model?: string | undefined;
  on?: string | undefined;
  limits?: string | undefined;
}

/** Today, as 2026-11-26. */
export const today = (): string => new Date().toISOString().slice(0, 10);

export async function validateRows({
  limits,
  on,
  ...request
}: ValidateRequest): Promise<CheckReport> {
  return await checkFiles({ ...request, on: on ?? today(), limits: readLimits(limits) });
}
