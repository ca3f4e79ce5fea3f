// The errors of domains, their files, and what is generated after them.
import { ConfigError, type Location, UsageError } from "../../core/errors.ts";

export function badDomainFile(problems: readonly Problem[], cause?: unknown): ConfigError {
  const [first = { at: {}, message: "is no domain" }] = problems;
  const isOne = problems.length === 1;
  return new ConfigError("FT-DOMAIN-001", {
    at: isOne ? first.at : { file: first.at.file },
    message: isOne ? first.message : `${problems.length} faults in this file`,
    problems: isOne ? [] : problems.map(problemText),
    hint: "ft data domains support --json shows a valid domain; see docs/adding/domain.md",
    cause,
  });
}

/** A fault of a file, where it is. */
export interface Problem {
  at: Location;
  message: string;
}

function problemText({ at: { line, field }, message }: Problem): string {
  const place = [line === undefined ? "" : `line ${line}`, field ?? ""].filter((one) => one !== "");
  return `${place.join(", ")}: ${message}`;
}

export function unknownDomain(
  name: string,
  known: readonly string[],
  near: string | undefined,
): UsageError {
  return new UsageError("FT-DOMAIN-002", {
    message: `there is no domain "${name}"${near === undefined ? "" : `; did you mean ${near}?`}`,
    hint: `ft data domains lists them: ${known.join(", ")}`,
  });
}

export function unknownSubdomain(
  name: string,
  domain: string,
  known: readonly string[],
  near: string | undefined,
): UsageError {
  return new UsageError("FT-DOMAIN-003", {
    message: `${domain} has no subdomain "${name}"${near === undefined ? "" : `; did you mean ${near}?`}`,
    hint: `ft data domains ${domain} lists them: ${known.join(", ")}`,
  });
}

export function unknownLanguage(given: string): UsageError {
  return new UsageError("FT-DOMAIN-004", {
    message: `"${given}" is not a language: give a BCP 47 tag or the English name`,
    hint: "ft data generate --domain support --subdomain billing --language de -o rows.jsonl",
  });
}

export function noSuchFolder(folder: string): UsageError {
  return new UsageError("FT-DOMAIN-005", {
    message: `there is no folder ${folder}`,
    hint: "--domains takes a folder with one .yaml file per domain",
  });
}

export function unknownFormat(name: string, known: readonly string[]): UsageError {
  return new UsageError("FT-DOMAIN-006", {
    message: `rows are not generated in the format "${name}"`,
    hint: `Formats are ${known.join(", ")}`,
  });
}

export function unknownWeight(field: string, known: readonly string[]): UsageError {
  return new UsageError("FT-DOMAIN-007", {
    message: `the weights of "${field}" leave none of its values to draw`,
    at: { field: `weights.${field}` },
    hint: `give one of these a weight above 0: ${known.join(", ")}`,
  });
}
