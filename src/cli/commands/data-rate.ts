// ft data rate: a person rates rows one after another; ft data quality --ratings tells how far a judge agrees.
import { z } from "zod";
import type { RowToRate } from "../../app/quality/rating.ts";
import { flags } from "../../core/flags.ts";
import { visibleText } from "../../core/visible-text.ts";
import { defineCommand } from "../define-command.ts";

/** Characters of a message that are shown. */
const longest = 3000;

function shown({ id, parts, text }: RowToRate, at: number, count: number): string {
  const cut = (said: string): string =>
    said.length <= longest
      ? said
      : `${said.slice(0, longest)}\n[… ${said.length - longest} more characters]`;
  const said = parts.map((part) => `${part.role}:\n${cut(part.text)}`);
  const body = said.length === 0 ? cut(text) : said.join("\n\n");
  return `\nrow ${at} of ${count} (${id})\n${"─".repeat(40)}\n${visibleText(body)}\n${"─".repeat(40)}`;
}

const question = "0 (worst) to 10 (best), a note behind it if you like; s skips, q ends: ";

export const dataRate = defineCommand({
  name: "data rate",
  section: "Improve rows",
  summary: "Rate some rows yourself, to measure how far a judge agrees with you",
  arguments: { file: { about: "JSON lines, or NAME of the store" } },
  options: z.strictObject({
    count: z.coerce
      .number()
      .int()
      .positive()
      .default(20)
      .describe("Number of ratings in the file, including earlier ones")
      .register(flags, { short: "n", value: "N" }),
    ratings: z
      .string()
      .optional()
      .describe(
        "File for the ratings, one per line; default: FILE.ratings.jsonl. Rated rows are not asked again",
      )
      .register(flags, { value: "FILE" }),
    report: z
      .string()
      .optional()
      .describe(
        "Report of ft data quality: rows are drawn from its whole range of scores, which are not shown",
      )
      .register(flags, { value: "FILE" }),
    seed: z.coerce
      .number()
      .int()
      .default(0)
      .describe("Seed of the choice of rows")
      .register(flags, { value: "N" }),
  }),
  examples: ["ft data rate rows.jsonl", "ft data rate rows.jsonl --report scores.json --count 40"],
  run: async ({ arguments: { file = "" }, options }, io) => {
    const { addRating, planRating, ratingIn } = await import("../../app/quality/rating.ts");
    const ratings = options.ratings ?? `${file.replace(/\.jsonl?$/, "")}.ratings.jsonl`;
    const { rows, rated } = await planRating(io.environment, { file, ...options, ratings });
    const typing = io.typing();
    let [at, given] = [0, 0];
    const show = (): void => {
      const row = rows[at];
      if (row !== undefined)
        io.talk(`${shown(row, rated + at + 1, rated + rows.length)}\n${question}`);
    };
    try {
      show();
      if (rows.length > 0)
        for await (const line of typing.lines("> ")) {
          const row = rows[at];
          if (row === undefined || /^\s*q(uit)?\s*$/i.test(line)) break;
          const said = ratingIn(line);
          if (said === undefined && !/^\s*s(kip)?\s*$/i.test(line)) {
            io.talk(question);
            continue;
          }
          if (said !== undefined) {
            await addRating(ratings, row, said.rating, said.note);
            given++;
          }
          at++;
          if (at >= rows.length) break;
          show();
        }
    } finally {
      typing.close();
    }
    const report = { ratings, rated: rated + given, given };
    io.show(report, () => `${report.rated} ratings in ${ratings}, ${given} of them new`);
  },
});
