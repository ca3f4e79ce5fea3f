// Files of data sets kept in step while jobs add rows, with a word in the log where one cannot be: what somebody made
// unreadable is left to them.
import { logger } from "../../core/logger.ts";
import type { Store } from "../../store/index.ts";
import { keepFilesInStep, type PlatformFileState } from "../../store/platform/index.ts";

/** Says that a file stays as somebody left it, why, and what mends it. */
export function fileLeft({ path, reason }: PlatformFileState): void {
  logger().warn("a data set's file was changed by hand and cannot be read; its rows are safe", {
    ...{ path, why: reason },
    mend: "fix the line, or remove the file: it is written anew",
  });
}

/** The returned function ends it when all is written. */
export const followFiles = (store: Store): (() => Promise<void>) =>
  keepFilesInStep(
    store,
    (error) => logger().warn("a data set's file is not in step", { error: String(error) }),
    fileLeft,
  );
