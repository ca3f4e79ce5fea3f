// A benchmark's report as one page that needs nothing beside it: the table, and every question with the answers side by
// side. What models and rows say is text there, whatever they say.
import {
  contaminationText,
  deltaText,
  forgottenText,
  judgeTexts,
  scoreText,
} from "./benchmark-markdown.ts";
import { type BenchmarkReport, type Contender, labelsOf } from "./benchmark-report.ts";

/** More would make a page that browsers are slow with; the files of answers have all. */
const mostQuestions = 1000;

const escaped = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

const style = `
  :root { color-scheme: light dark; --line: #d8dee4; --faint: #57606a; --good: #1a7f37; --bad: #cf222e; --soft: #f6f8fa; }
  @media (prefers-color-scheme: dark) {
    :root { --line: #2a3038; --faint: #9198a1; --good: #3fb950; --bad: #f85149; --soft: #161b22; }
  }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.4rem; } table { border-collapse: collapse; margin: 1rem 0; }
  th, td { text-align: left; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
  .n { font-variant-numeric: tabular-nums; } .faint { color: var(--faint); }
  .good { color: var(--good); } .bad { color: var(--bad); }
  article { border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0; padding: .75rem 1rem; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--soft); border-radius: .35rem; padding: .5rem .7rem; margin: .25rem 0; font-size: .85rem; }
  .answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: .75rem; }
  label { margin-right: 1rem; }`;

/** Shows the questions of a kind. */
const script = `
  for (const input of document.querySelectorAll("input[name=show]"))
    input.addEventListener("change", () => {
      for (const article of document.querySelectorAll("article"))
        article.hidden = input.value !== "all" && article.dataset.kind !== input.value;
    });`;

/** Of the first metric, which sorts the questions. */
interface Direction {
  isHigherBetter: boolean;
}

interface Sorted extends Direction {
  metric: string;
}

type Kind = "better" | "worse" | "same";

/** Of the last model beside the first, by the first metric. */
function kindOf(
  contenders: readonly Contender[],
  index: number,
  { metric, isHigherBetter }: Sorted,
): Kind {
  const [from = 0, to = 0] = [contenders[0], contenders.at(-1)].map(
    (one) => one?.rows[index]?.scores[metric],
  );
  if (from === to) return "same";
  return to > from === isHigherBetter ? "better" : "worse";
}

function scoreTable(report: BenchmarkReport, labels: readonly string[]): string {
  const names = Object.keys(report.models[0]?.scores ?? {});
  const row = (name: string): string => {
    const cells = report.models.map(({ scores, model }) => {
      const delta = report.deltas[model]?.[name];
      const color =
        delta?.better === null || delta === undefined ? "" : delta.better ? "good" : "bad";
      const told =
        delta === undefined
          ? ""
          : `<br><span class="${color || "faint"}">${escaped(deltaText(delta))}</span><br><span class="faint">${delta.wins} won, ${delta.ties} tied, ${delta.losses} lost</span>`;
      return `<td class="n">${scoreText(scores[name] ?? Number.NaN)}${told}</td>`;
    });
    return `<tr><th scope="row">${escaped(name)}</th>${cells.join("")}</tr>`;
  };
  const titles = labels.map((label) => `<th scope="col">${escaped(label)}</th>`).join("");
  return `<table><thead><tr><th scope="col">metric</th>${titles}</tr></thead><tbody>${names.map(row).join("")}</tbody></table>`;
}

function question(
  contenders: readonly Contender[],
  labels: readonly string[],
  index: number,
  sorted: Sorted,
): string {
  const { prompt = "", references = [], line } = contenders[0]?.rows[index] ?? {};
  const answers = contenders.map(({ rows }, at) => {
    const { prediction = "", scores = {} } = rows[index] ?? {};
    const told = Object.entries(scores)
      .map(([name, value]) => `${name} ${scoreText(value)}`)
      .join(", ");
    return `<div><b>${escaped(labels[at] ?? "")}</b> <span class="faint n">${escaped(told)}</span><pre>${escaped(prediction)}</pre></div>`;
  });
  return [
    `<article data-kind="${kindOf(contenders, index, sorted)}">`,
    `<div class="faint">question ${index + 1}, line ${line}</div><pre>${escaped(prompt)}</pre>`,
    `<div><b>wanted</b><pre>${escaped(references.join("\n— or —\n"))}</pre></div>`,
    `<div class="answers">${answers.join("")}</div></article>`,
  ].join("");
}

const choice = (value: string, text: string): string =>
  `<label><input type="radio" name="show" value="${value}"${value === "all" ? " checked" : ""}> ${text}</label>`;

export function benchmarkPage(
  report: BenchmarkReport,
  contenders: readonly Contender[],
  { isHigherBetter }: Direction,
): string {
  const labels = labelsOf(report.models.map(({ model }) => model));
  const [metric = ""] = Object.keys(report.models[0]?.scores ?? {});
  const all = [...(contenders[0]?.rows ?? []).keys()];
  const by = { metric, isHigherBetter };
  const kinds = all.map((index) => kindOf(contenders, index, by));
  const order: Kind[] = ["worse", "better", "same"];
  const sorted = order
    .flatMap((kind) => all.filter((index) => kinds[index] === kind))
    .slice(0, mostQuestions);
  const count = (kind: Kind): number => kinds.filter((one) => one === kind).length;
  const notes = [
    ...[contaminationText(report)].flatMap((text) =>
      text === undefined ? [] : [`Training: ${text}.`],
    ),
    ...[forgottenText(report)].flatMap((text) =>
      text === undefined ? [] : [`Perplexity of a general set: ${text}.`],
    ),
    ...judgeTexts(report).map((text) => `${text}.`),
    `Scored as: ${report.signature}`,
  ];
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(labels.join(" beside "))}</title><style>${style}</style></head><body>`,
    `<h1>${escaped(labels.join(" beside "))}</h1>`,
    `<p>${report.samples} questions, greedy answers. Differences from ${escaped(labels[0] ?? "")}, with 95 % intervals of a paired bootstrap.</p>`,
    scoreTable(report, labels),
    ...notes.map((note) => `<p class="faint">${escaped(note)}</p>`),
    `<p>${choice("all", "all")}${choice("worse", `worse by ${escaped(metric)} (${count("worse")})`)}${choice("better", `better (${count("better")})`)}${choice("same", `the same (${count("same")})`)}</p>`,
    ...sorted.map((index) => question(contenders, labels, index, by)),
    `<script>${script}</script></body></html>`,
    "",
  ].join("\n");
}
