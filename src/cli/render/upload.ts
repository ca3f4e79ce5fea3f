// An upload as text: what would go and what stays, and what was done.
import type { UploadPlan } from "../../app/share/upload/plan-upload.ts";
import type { UploadResult } from "../../app/share/upload/upload-result.ts";
import { formatBytes } from "../../core/units.ts";
import { table } from "./table.ts";

function lines(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [title, ...items.map((item) => `  ${item}`)];
}

/** Files, sizes, licence, what stays and why, and what to think of first. */
export function planText(plan: UploadPlan): string {
  const { repository, files, bytes, leftOut, secrets, license, warnings } = plan;
  const where = repository.branch === "main" ? "" : `, branch ${repository.branch}`;
  const seen = repository.private === true ? ", private when it is made" : "";
  const found = secrets.map(({ file, kind, line, refused }) => {
    const place = line === null ? file : `${file}, line ${line}`;
    return `${place}: ${kind}; ${refused ? "the upload is refused for it" : "left out"}`;
  });
  return [
    `to ${repository.url}${where}${seen}`,
    table(files, [
      { title: "FILE", value: ({ path }) => path },
      { title: "SIZE", value: ({ bytes: size }) => formatBytes(size) },
    ]),
    `${files.length} files, ${formatBytes(bytes)}; licence: ${license ?? "not known"}`,
    ...lines(
      "stays here:",
      leftOut.map(({ path, why }) => `${path}: ${why}`),
    ),
    ...lines("secrets:", found.length === 0 ? ["none found"] : found),
    ...lines("to think of:", warnings),
  ].join("\n");
}

export function resultText({ repository, commit, isNew, sent }: UploadResult): string {
  if (!isNew) return `${repository.url} has all of it already: no commit was made`;
  return `${repository.url}: ${sent.length} files in commit ${commit?.slice(0, 12)}`;
}
