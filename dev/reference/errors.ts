// docs/reference/errors.md: every error code, its exit code, what it says and what mends it, as the sources have them.
// error-sites.ts finds them; what is computed when running stands as "…".
import { ExitCode } from "../../src/core/errors.ts";
import { repository } from "../checks/repository.ts";
import { computedMeanings, nativeMeanings } from "./error-meanings.ts";
import { type ErrorSite, errorSites } from "./error-sites.ts";
import { code, opening, table } from "./markdown.ts";

const about = `Every error has a code that stays, says what happened and where, and ends with how to fix it. "…" stands for
what is known only when it happens. With \`--json\` an error is one JSON object of the same fields.`;

const exitCodes: Readonly<Record<keyof typeof ExitCode, string>> = {
  ok: "done",
  runFailed: "a run failed, or the addon refused",
  usage: "the command line was used wrongly",
  config: "a configuration or a model is wrong or unknown",
  data: "data are missing or cannot be used",
  doesNotFit: "it does not fit into memory or onto the disk",
  network: "the network or an account refused",
  malformedWeights: "weights are malformed or hostile",
  temporary: "try again later",
  timeout: "it took too long",
  interrupted: "interrupted; a checkpoint was written",
};

function nativeSites(text: string): ErrorSite[] {
  return [...text.matchAll(/"(FT-NATIVE-[A-Z-]+)"/g)].map(([, found = ""]) => {
    const { message = "", hint = "" } = nativeMeanings[found] ?? {};
    return { code: found, exitCodes: [], message, hint };
  });
}

function allSites(): ErrorSite[] {
  const here = repository(process.cwd());
  const sources = here.files.filter((file) => /^src\/.*\.ts$/.test(file));
  const native = here.files.filter((file) => /^native\/.*\.(h|cc)$/.test(file));
  return [
    ...errorSites(new Map(sources.map((file) => [file, here.text(file)]))),
    ...native.flatMap((file) => nativeSites(here.text(file))),
  ];
}

/** Texts of a code, each once; one that only says "…" stays out where another says more. */
function distinct(texts: readonly string[]): string {
  const all = [...new Set(texts)].filter((text) => text !== "");
  const telling = all.filter((text) => text !== "…");
  return (telling.length > 0 ? telling : all).join("<br>");
}

/** What the sources say; what stands in for it where that is nothing known beforehand. */
const saidOr = (texts: readonly string[], meaning = ""): string => {
  const said = distinct(texts);
  return meaning !== "" && /^(…|<br>|[\s.:;])*$/.test(said) ? meaning : said;
};

function row(found: string, sites: readonly ErrorSite[]): string[] {
  const exits = [...new Set(sites.flatMap(({ exitCodes: each }) => each))].sort((a, b) => a - b);
  return [
    code(found),
    exits.join(", ") || (sites.every(({ isNote }) => isNote === true) ? "a note" : "1"),
    saidOr(
      sites.map(({ message }) => message),
      computedMeanings[found]?.message,
    ),
    saidOr(
      sites.map(({ hint }) => hint),
      computedMeanings[found]?.hint,
    ),
  ];
}

export function errorsPage(): string {
  const sites = allSites();
  const codes = [...new Set(sites.map((site) => site.code))].sort();
  const exits = Object.entries(ExitCode).map(([name, number]) => [
    String(number),
    exitCodes[name as keyof typeof ExitCode],
  ]);
  const rows = codes.map((found) =>
    row(
      found,
      sites.filter((site) => site.code === found),
    ),
  );
  return [
    opening("Errors and exit codes", about),
    `## Exit codes\n\n${table(["exit", "what it means"], exits)}\n`,
    `## Error codes\n\n${table(["code", "exit", "what it says", "how to fix it"], rows)}\n`,
  ].join("\n");
}
