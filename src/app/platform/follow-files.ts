// Files of datasets kept in step while jobs add rows, with a word in the log where one cannot be: what somebody made
// unreadable is left to them.
import { logger } from "../../core/logger.ts";
import type { Store } from "../../store/index.ts";
import { keepFilesInStep, type PlatformFileState } from "../../store/platform/index.ts";

/** Says that a file stays as somebody left it, why, and what mends it. */
export function fileLeft({ path, reason }: PlatformFileState): void {
  logger().warn(
    "a dataset's file was edited by hand and cannot be read; the rows in the database are unchanged",
    {
      ...{ path, why: reason },
      mend: "fix the line, or delete the file to have it written again",
    },
  );
}

/** The returned function ends it when all is written. */
export const followFiles = (store: Store): (() => Promise<void>) =>
  keepFilesInStep(
    store,
    (error) =>
      logger().warn("a dataset's file differs from the database", { error: String(error) }),
    fileLeft,
  );
