// What a person writes beside a run: a note and tags, in the run's own folder, so that they go wherever it goes.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeJsonAtomic } from "../core/atomic-files.ts";

export const NOTES_FILE = "notes.json";

export const RunNotes = z.object({
  note: z.string().max(20_000),
  tags: z
    .array(
      z
        .string()
        .trim()
        .min(1)
        .max(60)
        .regex(/^[^,]+$/, { error: "a tag has no commas" }),
    )
    .max(50),
});

export type RunNotes = z.infer<typeof RunNotes>;

const none: RunNotes = { note: "", tags: [] };

/** Empty where nothing was written, or the file is none of ours. */
export function readNotes(folder: string): RunNotes {
  const file = join(folder, NOTES_FILE);
  if (!existsSync(file)) return none;
  try {
    const { data } = RunNotes.safeParse(JSON.parse(readFileSync(file, "utf8")));
    return data ?? none;
  } catch {
    return none;
  }
}

/** Each tag once, in the order given. */
export async function writeNotes(folder: string, { note, tags }: RunNotes): Promise<RunNotes> {
  const notes = { note, tags: [...new Set(tags)] };
  await writeJsonAtomic(join(folder, NOTES_FILE), notes);
  return notes;
}
