// Which rows are the same but for case, punctuation and spaces: by a key of what is said in them.
import { createHash } from "node:crypto";

const plain = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

/** Equal for rows that say the same; who says it is in their order. */
export function rowKey(messages: readonly { role: string; content?: unknown }[]): string {
  const said = messages.filter(({ role }) => role !== "system");
  const texts = said.map(({ content }) => plain(typeof content === "string" ? content : ""));
  return createHash("sha256").update(texts.join("\n")).digest("hex").slice(0, 24);
}
