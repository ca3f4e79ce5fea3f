// A set written for a service or a program, with an account of what that loses, before anybody takes the file.
import { statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { exportRows, profiles } from "../../../synth/profiles/index.ts";
import { exportFormats } from "../../../synth/profiles/write/formats.ts";
import type { LossEntry } from "../../../synth/profiles/write/loss-report.ts";
import type { BadRow } from "../../../synth/profiles/write/record-stream.ts";
import { defineLook } from "./look.ts";

export interface ExportedSet {
  profile: string;
  format: string;
  rows: number;
  written: number;
  losses: LossEntry[];
  /** The first rows that could not be written so. */
  refused: BadRow[];
  refusedRows: number;
  /** In the look's folder. */
  file: string;
  bytes: number;
}

const Options = z.strictObject({
  profile: z.string().min(1).max(100).default("openai-sft"),
  format: z.string().min(1).max(20).default("jsonl"),
});

const toldRefused = 100;

/** Forms that a set can be written in, and kinds of files. */
export const exportChoices = () => ({
  profiles: profiles.names().map((name) => ({ name, about: profiles.get(name).about })),
  formats: exportFormats
    .names()
    .filter((name) => exportFormats.get(name).extension !== "")
    .map((name) => ({ name, about: exportFormats.get(name).about })),
});

const plain = (title: string): string =>
  (title.normalize("NFC").match(/[\p{L}\p{N}._-]+/gu) ?? ["set"]).join("-").slice(0, 80);

export const exportLook = defineLook({
  title: "export",
  rowsAtOnce: 1000,
  options: Options,
  run: async (set, { profile, format }, { folder, signal, onRows }): Promise<ExportedSet> => {
    profiles.get(profile);
    const { extension } = exportFormats.get(format);
    const file = `${plain(set.title)}.${profile}${extension}`;
    const rows = async function* () {
      let line = 0;
      for await (const { text } of set.all()) {
        if (++line % 500 === 0) {
          signal.throwIfAborted();
          onRows(line);
        }
        yield { line, value: JSON.parse(text) as unknown };
      }
    };
    const request = { provider: profile, format, out: join(folder, file), name: set.title, rows };
    const more = { keepsSource: false, skipsBadRows: true, metadata: false };
    const report = await exportRows({ ...request, ...more });
    return {
      ...{ profile, format, rows: report.rows, written: report.written, losses: report.losses },
      refused: report.refused.slice(0, toldRefused),
      refusedRows: report.rows - report.written,
      ...{ file, bytes: statSync(join(folder, file)).size },
    };
  },
});
