// The tables of docs/providers-formats.md: what services take, and the faults that rows can have.
import { listLimits, type ToldCode, type ToldProfile } from "../../src/app/data/list-limits.ts";
import { formatBytes } from "../../src/core/units.ts";
import { table } from "./markdown.ts";

const shown = (name: string, value: number): string =>
  name.endsWith("Bytes") ? formatBytes(value) : value.toLocaleString("en-US");

function limitRows({ name, limits, models, closes }: ToldProfile): string[][] {
  const numbers = limits.map(({ name: limit, value, source, checkedOn, note }) => [
    `\`${name}\``,
    limit,
    shown(limit, value),
    source === null ? (checkedOn ?? "") : `[${checkedOn}](${source.split(" ")[0]})`,
    note ?? "",
  ]);
  const retiring = models
    .filter(({ retiresOn }) => retiresOn !== null)
    .map((model) => [
      `\`${name}\``,
      `model ${model.name}`,
      `retires on ${model.retiresOn}`,
      "",
      "",
    ]);
  const end =
    closes === null
      ? []
      : [
          [
            `\`${name}\``,
            "closes",
            closes.on,
            closes.source === null ? "" : `[source](${closes.source})`,
            closes.what,
          ],
        ];
  return [...numbers, ...retiring, ...end];
}

const codeRow = ({ code, severity, about, hint, fixable }: ToldCode): string[] => [
  `\`${code}\``,
  severity === "off" ? "by profile" : severity,
  about,
  fixable ? "`ft data fix`" : hint,
];

function section(text: string, name: string, rows: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to === -1) throw new Error(`docs/providers-formats.md has no ${begin}`);
  return `${text.slice(0, from + begin.length)}\n${rows}\n${text.slice(to)}`;
}

/** The page with its tables as the sources have them. */
export function providersPage(now: string): string {
  const { profiles, codes } = listLimits();
  const about = profiles.map(({ name, about: what, forms }) => [
    `\`${name}\``,
    what,
    forms.join("; "),
  ]);
  const tables: readonly (readonly [string, string])[] = [
    ["profiles", table(["profile", "for", "rows"], about)],
    [
      "limits",
      table(["profile", "limit", "value", "looked up", "note"], profiles.flatMap(limitRows)),
    ],
    ["faults", table(["code", "is", "what it says", "how to fix it"], codes.map(codeRow))],
  ];
  return tables.reduce((text, [name, rows]) => section(text, name, rows), now);
}
