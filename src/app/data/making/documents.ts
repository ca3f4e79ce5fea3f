import { conversationsOf } from "../../../synth/identify/conversations/conversations.ts";
import { Identifier } from "../../../synth/identify/identify.ts";
import { withLanguage } from "../../../synth/make/language.ts";
import { choosePassages } from "../../../synth/make/passages.ts";
import type { Passage } from "../../../synth/make/plan.ts";
// Documents as making needs them: passages to rest on, conversations that they hold already, and what became of each file.
import type { DatasetRecord } from "../../../synth/records/record.ts";
import { requireApart } from "../../../synth/rows/apart.ts";
import { formerOutput } from "../../../synth/rows/former-output.ts";
import { type OpenOptions, openSources } from "../../../synth/sources/open.ts";
import { openOptions } from "../../../synth/sources/options.ts";
import type { SourceReport } from "../../../synth/sources/report.ts";
import { foundRecord } from "./found-rows.ts";
import type { MakeRequest } from "./make-dataset.ts";

export interface Documents {
  passages: Passage[];
  found: DatasetRecord[];
  report: SourceReport;
  /** Changes with any of their text. */
  digest: string;
}

const none: Documents = { passages: [], found: [], report: { read: [], skipped: [] }, digest: "" };

type Wanted = Pick<
  MakeRequest,
  "output" | "paths" | "passage" | "count" | "settings" | "keepsFound" | "maxFileSize" | "encoding"
>;

const openingOf = (wanted: Wanted): OpenOptions => ({
  ...openOptions(wanted),
  leaveOut: formerOutput({ output: wanted.output }),
});

/** @throws what `openSources` throws. */
export async function readDocuments(wanted: Wanted): Promise<Documents> {
  const { paths, passage: characters, count: most, settings } = wanted;
  if (paths.length === 0) return none;
  const sources = openSources(paths, openingOf(wanted));
  requireApart({ reads: sources.files, writes: [wanted.output] });
  const { passages, digest } = await choosePassages(sources, {
    characters,
    most,
    seed: settings.seed,
  });
  const told = passages.map((one) => (settings.language === undefined ? withLanguage(one) : one));
  const found = wanted.keepsFound ? await findRows(wanted) : [];
  return { passages: told, found, report: sources.report, digest };
}

async function findRows(wanted: Wanted): Promise<DatasetRecord[]> {
  const identifier = new Identifier({}, { conversationsOf });
  const found: DatasetRecord[] = [];
  for await (const source of openSources(wanted.paths, openingOf(wanted))) {
    for await (const conversation of identifier.of(source)) found.push(foundRecord(conversation));
  }
  return found;
}
