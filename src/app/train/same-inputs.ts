// Resuming equals never having stopped only over the same data and the same model: compares what a run recorded
// with what is there now. Reads nothing itself.
import { ConfigError, DataError } from "../../core/errors.ts";
import type { RunRecord } from "../../runs/index.ts";

interface RecordedFile {
  split: string;
  path: string;
  sha256: string;
}

/** The parts of a run's record that its results depend on, beside the configuration. */
export type Inputs = Pick<RunRecord, "dataset" | "model">;

function filesOf({ dataset }: Inputs): RecordedFile[] {
  const files = dataset?.["files"];
  return Array.isArray(files) ? (files as RecordedFile[]) : [];
}

const text = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;

/** What a run did not record, it began with as far as anyone can tell. */
const differ = (before: unknown, now: unknown): boolean =>
  text(before) !== undefined && text(before) !== text(now);

/** The files of a split stand in the order in which their rows are read. */
function ofSplit(files: readonly RecordedFile[], split: string): readonly RecordedFile[] {
  return files.filter((file) => file.split === split);
}

function splitDifferences(
  split: string,
  before: readonly RecordedFile[],
  now: readonly RecordedFile[],
): string[] {
  const longer = before.length > now.length ? before : now;
  return longer.flatMap(({ path }, at) => {
    const [known, current] = [before[at], now[at]];
    if (current === undefined) return [`${path}: the ${split} rows are gone`];
    if (known === undefined) return [`${path}: the run had no such ${split} file`];
    return known.sha256 === current.sha256 ? [] : [`${current.path}: content changed`];
  });
}

function differences(before: readonly RecordedFile[], now: readonly RecordedFile[]): string[] {
  const splits = [...new Set([...before, ...now].map(({ split }) => split))];
  return splits.flatMap((split) =>
    splitDifferences(split, ofSplit(before, split), ofSplit(now, split)),
  );
}

function requireSameModel(before: Inputs, now: Inputs): void {
  const [old, current] = [before, now].map(({ model }) => text(model?.["commit"]) ?? "none");
  const isOtherCommit = old !== current;
  if (!isOtherCommit && !differ(before.model?.["digest"], now.model?.["digest"])) return;
  const message = isOtherCommit
    ? `the model is at commit ${current}, and this run started with ${old}`
    : "the model's weights or its config.json have changed since this run started";
  throw new ConfigError("FT-RUN-009", { message, hint: "start a new run with --output" });
}

function requireSameTeacher(before: Inputs, now: Inputs): void {
  if (!differ(before.model?.["teacher"], now.model?.["teacher"])) return;
  throw new ConfigError("FT-RUN-009", {
    message: "the teacher's weights or its config.json have changed since this run started",
    hint: "start a new run with --output",
  });
}

function requireSameTokens(before: Inputs, now: Inputs): void {
  if (!differ(before.dataset?.["tokensDigest"], now.dataset?.["tokensDigest"])) return;
  throw new ConfigError("FT-RUN-011", {
    message: "the rows give other tokens than when this run started",
    problems: ["the template or the model's tokenizer has changed"],
    hint: "restore what changed, or start a new run with --output",
  });
}

/**
 * @throws DataError FT-RUN-008 naming each data file that is not as it was.
 * @throws ConfigError FT-RUN-009 when the model is another one, FT-RUN-011 when template or tokenizer are.
 */
export function requireSameInputs(before: Inputs, now: Inputs): void {
  const problems = differences(filesOf(before), filesOf(now));
  if (problems.length > 0) {
    throw new DataError("FT-RUN-008", {
      message: "the data has changed since this run started, so it cannot be resumed",
      problems,
      hint: "put the files back as they were, or start a new run with --output",
    });
  }
  requireSameModel(before, now);
  requireSameTeacher(before, now);
  requireSameTokens(before, now);
}
