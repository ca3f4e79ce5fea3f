// A dataset as CSV for tables and spreadsheets: what one of them would compute is marked as text.
import type { Store } from "../../store/index.ts";
import { exportExamples, readDataset } from "../../store/platform/index.ts";
import { csvRecord } from "../../synth/profiles/write/csv-text.ts";
import type { JsonObject } from "../../text/types.ts";

const columns = {
  chat: ["messages", "metadata"],
  instruction: ["instruction", "input", "output", "metadata"],
} as const;

/** Characters of lines that go on together: one by one they cost more than making them. */
const together = 1 << 16;

/** Lines of CSV, the names of columns first: id, example_index, quality_score and what the format has. */
export async function* exportCsv(store: Store, datasetId: number): AsyncGenerator<string> {
  const { format } = await readDataset(store, datasetId);
  const names = columns[format];
  let lines = `${csvRecord(["id", "example_index", "quality_score", ...names])}\r\n`;
  for await (const { id, index, content, qualityScore } of exportExamples(store, datasetId)) {
    const row = JSON.parse(content) as JsonObject;
    const cells = names.map((name) => row[name]);
    lines += `${csvRecord([id, index, qualityScore, ...cells])}\r\n`;
    if (lines.length < together) continue;
    yield lines;
    lines = "";
  }
  yield lines;
}
