// The errors of datasets in the store, each with the command that mends it.
import { ConfigError, DataError, ExitCode, FtError, UsageError } from "../../core/errors.ts";
import { shellWord } from "../../core/shell.ts";

export function unknownDataset(name: string, near: string | undefined): UsageError {
  return new UsageError("FT-DATASET-001", {
    message: `Unknown dataset '${name}'${near === undefined ? "" : `; did you mean ${near}?`}`,
    hint: "ft data history lists every dataset",
  });
}

export function unknownVersion(name: string, version: string, newest: number): UsageError {
  return new UsageError("FT-DATASET-002", {
    message: `The dataset ${name} has no version '${version}'; they go from 1 to ${newest}`,
    hint: `ft data history ${shellWord(name)} lists them`,
  });
}

export function badName(name: string): UsageError {
  return new UsageError("FT-DATASET-003", {
    message: `'${name}' is not a valid dataset name: use letters, digits, dots, dashes and underscores`,
    hint: "Choose another name",
  });
}

export function nameTaken(name: string): ConfigError {
  return new ConfigError("FT-DATASET-004", {
    message: `There is a dataset ${name} already`,
    hint: "Choose another name",
  });
}

export function changedMeanwhile(name: string): FtError {
  return new FtError(
    "FT-DATASET-005",
    {
      message: `The dataset ${name} got a new version meanwhile`,
      hint: "Run the same command again",
    },
    ExitCode.temporary,
  );
}

export function badRow(reason: string, line?: number, file?: string): DataError {
  return new DataError("FT-DATASET-006", {
    at: { file, line },
    message: reason,
    hint: "A dataset in the store has one JSON object per row",
  });
}

export function noVersions(name: string): UsageError {
  return new UsageError("FT-DATASET-007", {
    message: `The dataset ${name} has no version yet`,
    hint: `ft data import FILE --name ${shellWord(name)} makes one`,
  });
}

export function foreignFile(path: string, name: string): DataError {
  return new DataError("FT-DATASET-008", {
    at: { file: path },
    message: "There is a file of this name that the store did not write, so it is not overwritten",
    hint: `Choose another name; ft data import ${shellWord(path)} --name ${shellWord(name)} makes a version of that file`,
  });
}

export function badSearch(query: string, reason: string): UsageError {
  return new UsageError("FT-DATASET-009", {
    message: `The search '${query}' cannot be read: ${reason}`,
    hint: 'Words, "exact words", word*, and AND, OR, NOT between them',
  });
}

export function unknownDrops(ids: readonly number[]): UsageError {
  return new UsageError("FT-DATASET-010", {
    message: `Nothing was dropped under ${ids.join(", ")}, or it has been undone`,
    hint: "ft data history NAME --drops lists what was dropped",
  });
}

export function unknownConfiguration(kind: string, name: string): UsageError {
  return new UsageError("FT-DATASET-011", {
    message: `No configuration '${name}' is saved for ${kind}`,
    hint: "ft data configurations lists what is saved; --save-as NAME saves options",
  });
}

export function noSuchFile(path: string): DataError {
  return new DataError("FT-DATASET-012", {
    at: { file: path },
    message: "There is no such file",
    hint: "Name a file of JSON lines, one object per row",
  });
}
