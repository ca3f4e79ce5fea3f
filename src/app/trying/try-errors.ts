// What is asked of trying models and cannot be had.
import { UsageError } from "../../core/errors.ts";

export const unknownTrial = (id: string): UsageError =>
  new UsageError("FT-TRY-002", {
    message: `there is no blind comparison '${id.slice(0, 100)}' that waits for a vote`,
    hint: "it has been voted on, or the server was restarted: ask again",
  });

export const unknownKept = (what: string, id: string): UsageError =>
  new UsageError("FT-TRY-003", {
    message: `there is no ${what} '${id.slice(0, 100)}'`,
    hint: "it may have been removed in another window: reload the list",
  });

export const nothingPreferred = (): UsageError =>
  new UsageError("FT-TRY-004", {
    message: "no vote prefers one answer over a different one: there are no rows to write",
    hint: "compare blindly and vote for one of two answers first",
  });

export const notBlind = (message: string): UsageError =>
  new UsageError("FT-TRY-005", {
    message,
    hint: "a blind comparison asks two different subjects one and the same question",
  });
