// One dataset's changes taken into another of the user's store, in plain data.
import type { Environment } from "../../core/paths.ts";
import { findVersion, type Merged, mergeVersions } from "../../store/index.ts";
import { type ToldVersion, toldVersion } from "./told-version.ts";
import { withStore } from "./with-store.ts";

export interface MergeRequest {
  onConflict?: "ours" | "theirs" | undefined;
  base?: string | undefined;
  message?: string | undefined;
}

export interface ToldMerge extends Pick<Merged, "conflicts" | "isNew" | "taken"> {
  /** null where conflicts are in the way. */
  version: ToldVersion | null;
}

export async function merge(
  environment: Environment,
  ours: string,
  theirs: string,
  { onConflict, base, message }: MergeRequest,
): Promise<ToldMerge> {
  const options = {
    ...(onConflict === undefined ? {} : { onConflict }),
    ...(base === undefined ? {} : { base }),
    ...(message === undefined ? {} : { message }),
  };
  return await withStore(environment, async (store) => {
    const { version, ...rest } = await mergeVersions(store, ours, theirs, options);
    const { dataset } = await findVersion(store, ours);
    return { version: version === undefined ? null : toldVersion(dataset.name, version), ...rest };
  });
}
