// The errors a person sees, by who must act, and the exit code each carries.
// Not a logger: nothing here prints, and only cli/run.ts ends the process.

/** Where a problem is, as precisely as it is known. Lines, and items of an array, count from 1. */
export interface Location {
  file?: string | undefined;
  line?: number | undefined;
  item?: number | undefined;
  field?: string | undefined;
}

export interface FtErrorDetails {
  /** What happened and why, in one or two sentences. */
  message: string;
  /** The one command or change that mends it. */
  hint?: string;
  at?: Location;
  /** More lines of the same kind, when several problems are reported at once. */
  problems?: readonly string[];
  cause?: unknown;
  /** Overrides the class's exit code, for example 7 for a hostile weight file. */
  exitCode?: number;
}

/** With what the program ends, by who must act. docs/reference/errors.md lists them. */
export const ExitCode = {
  ok: 0,
  runFailed: 1,
  usage: 2,
  config: 3,
  data: 4,
  doesNotFit: 5,
  network: 6,
  malformedWeights: 7,
  temporary: 75,
  timeout: 124,
  interrupted: 130,
} as const;

/** "rows.json, line 1, item 3, messages" */
export function placeText({ file, line, item, field }: Location): string {
  const numbers = [
    line === undefined ? "" : `line ${line}`,
    item === undefined ? "" : `item ${item}`,
  ];
  return [file ?? "", ...numbers, field ?? ""].filter((part) => part !== "").join(", ");
}

function located(message: string, at: Location | undefined): string {
  const place = placeText(at ?? {});
  return place === "" ? message : `${place}: ${message}`;
}

/** Base of every error that is meant for a person. `code` is stable and looks like FT-DATA-003. */
export class FtError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly problems: readonly string[];
  readonly exitCode: number;
  readonly #unplaced: string;
  #at: Location | undefined;

  constructor(code: string, details: FtErrorDetails, exitCode: number = ExitCode.runFailed) {
    super(located(details.message, details.at), { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = details.hint === "" ? undefined : details.hint;
    this.#at = details.at;
    this.problems = details.problems ?? [];
    this.exitCode = details.exitCode ?? exitCode;
    this.#unplaced = details.message;
  }

  /** Tells where it happened, for what throws without knowing that; what is known already stays. */
  placedAt({ file, line, item, field }: Location): this {
    const { file: ownFile = file, line: ownLine = line } = this.#at ?? {};
    const { item: ownItem = item, field: ownField = field } = this.#at ?? {};
    this.#at = { file: ownFile, line: ownLine, item: ownItem, field: ownField };
    this.message = located(this.#unplaced, this.#at);
    return this;
  }

  get at(): Location | undefined {
    return this.#at;
  }
}

/** The command line was used wrongly. Exit 2. */
export class UsageError extends FtError {
  constructor(code: string, details: FtErrorDetails) {
    super(code, details, ExitCode.usage);
  }
}

/** A configuration file, profile or value is wrong. Exit 3. */
export class ConfigError extends FtError {
  constructor(code: string, details: FtErrorDetails) {
    super(code, details, ExitCode.config);
  }
}

/** A data file is missing or holds rows that cannot be used. Exit 4. */
export class DataError extends FtError {
  constructor(code: string, details: FtErrorDetails) {
    super(code, details, ExitCode.data);
  }
}

/** A model is unknown, unsupported, or its files are wrong. Exit 3; 7 when the weights are malformed. */
export class ModelError extends FtError {
  constructor(code: string, details: FtErrorDetails) {
    super(code, details, ExitCode.config);
  }
}

/** The addon is missing or MLX refused an operation. Exit 1. */
export class NativeError extends FtError {
  constructor(code: string, details: FtErrorDetails) {
    super(code, details, ExitCode.runFailed);
  }
}

/** A remote service refused or could not be reached. Exit 6. */
export class ProviderError extends FtError {
  constructor(code: string, details: FtErrorDetails) {
    super(code, details, ExitCode.network);
  }
}
