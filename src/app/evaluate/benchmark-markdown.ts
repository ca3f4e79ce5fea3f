// A benchmark's report as Markdown, and the lines that the terminal shares with it.
import type { Delta } from "../../eval/index.ts";
import { type BenchmarkReport, type Contender, labelsOf } from "./benchmark-report.ts";
import { pairwiseTexts } from "./judging/judge-text.ts";

/** Four digits. */
export const scoreText = (value: number): string => value.toFixed(4);

/** "+0.1200 (+0.0500 … +0.1900), better, p 0.001" */
export function deltaText({ delta, better, low, high, p }: Delta): string {
  const signed = (value: number): string => `${value < 0 ? "" : "+"}${scoreText(value)}`;
  const verdict = better === null ? "the same" : better ? "better" : "worse";
  return `${signed(delta)} (${signed(low)} … ${signed(high)}), ${verdict}, p ${p < 0.001 ? "< 0.001" : p.toFixed(3)}`;
}

/** What was seen in training, in words; undefined where that is not known. */
export function contaminationText({ contamination, samples }: BenchmarkReport): string | undefined {
  if (contamination === null) return undefined;
  const { questions, answered, trainingRows } = contamination;
  const beside = `of the ${samples} questions (compared with ${trainingRows} training rows)`;
  return questions === 0
    ? `none ${beside} was trained on`
    : `${questions} ${beside} occur in them, ${answered} with the same answer: their scores measure memorization`;
}

/** Perplexity of a general set before and after; undefined where it was not asked. */
export function forgottenText({ models }: BenchmarkReport): string | undefined {
  const known = models.filter(({ general }) => general !== null);
  if (known.length < 2) return undefined;
  const labels = labelsOf(known.map(({ model }) => model));
  return known.map(({ general }, at) => `${labels[at]} ${(general ?? 0).toFixed(3)}`).join(", ");
}

/** What a judge says of the models; nothing where none was asked. */
export const judgeTexts = ({ judge }: BenchmarkReport): string[] =>
  judge === null ? [] : pairwiseTexts(judge);

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

export function benchmarkMarkdown(
  report: BenchmarkReport,
  contenders: readonly Contender[],
): string {
  const labels = labelsOf(report.models.map(({ model }) => model));
  const names = Object.keys(contenders[0]?.scores ?? {});
  const rows = names.map((name) => {
    const scores = report.models.map(({ scores: all }) => scoreText(all[name] ?? Number.NaN));
    const deltas = report.models.slice(1).map(({ model }) => {
      const delta = report.deltas[model]?.[name];
      return delta === undefined
        ? ""
        : `${deltaText(delta)}; ${delta.wins}/${delta.ties}/${delta.losses}`;
    });
    return `| ${[name, ...scores, ...deltas].map(cell).join(" | ")} |`;
  });
  const titles = [
    "metric",
    ...labels,
    ...labels.slice(1).map((label) => `${label} (wins/ties/losses)`),
  ];
  const lines = [
    `# ${labels.join(" beside ")}`,
    "",
    `${report.samples} questions, greedy. Differences from ${labels[0]}, with 95 % intervals of a paired bootstrap.`,
    "",
    `| ${titles.map(cell).join(" | ")} |`,
    `|${titles.map(() => "---|").join("")}`,
    ...rows,
    "",
    ...[contaminationText(report)].flatMap((text) =>
      text === undefined ? [] : [`Training: ${text}.`, ""],
    ),
    ...[forgottenText(report)].flatMap((text) =>
      text === undefined ? [] : [`Perplexity of a general set: ${text}.`, ""],
    ),
    ...judgeTexts(report).flatMap((text) => [`${text}.`, ""]),
    `Scored as: ${report.signature}`,
    "",
  ];
  return lines.join("\n");
}
