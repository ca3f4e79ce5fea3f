// What a dataset holds already, for telling rows that say the same: read on from where it was last read, within the
// transaction that is to add one. So it holds for several workers, and after a row was not added after all.
import type { Database } from "../../store/index.ts";
import { SeenRows } from "../../synth/make/same-rows.ts";

interface Said {
  role: string;
  content?: unknown;
}

/** What is said in a row of either format. */
export function messagesOf(content: unknown): Said[] {
  const row = content as { messages?: Said[]; instruction?: unknown; output?: unknown };
  if (Array.isArray(row.messages)) return row.messages;
  return [
    { role: "user", content: row.instruction },
    { role: "assistant", content: row.output },
  ];
}

/** Examples read at once. */
const page = 500;

export class SetRows {
  readonly #datasetId: number;
  readonly #seen = new SeenRows();
  #after = 0;

  constructor(datasetId: number) {
    this.#datasetId = datasetId;
  }

  async stateOf(db: Database, messages: readonly Said[]): Promise<"new" | "same" | "near"> {
    await this.#readOn(db);
    return this.#seen.look({ messages });
  }

  async #readOn(db: Database): Promise<void> {
    for (;;) {
      const rows = await db
        .selectFrom("examples")
        .select(["id", "content"])
        .where("dataset_id", "=", this.#datasetId)
        .where("id", ">", this.#after)
        .orderBy("id")
        .limit(page)
        .execute();
      for (const { id, content } of rows) {
        this.#seen.add({ messages: messagesOf(JSON.parse(content)) });
        this.#after = id;
      }
      if (rows.length < page) return;
    }
  }
}
