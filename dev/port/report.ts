// What a comparison found, for people and as JSON: a line a layer, and which departs first.
// Computes no difference and reads no file.
import { type Difference, departs } from "./compare.ts";

export interface Report {
  fixture: string;
  /** Where the blocks are, as a parameter path. */
  blockPath: string;
  parameters: number;
  /** Keys of the configuration that change nothing when a feature is taken away. */
  unnoticed: readonly string[];
  findings: {
    /** Embedding, blocks, norm, logits, cached logits: each block reads what the one before it gave. */
    layers: readonly Difference[];
    /** Blocks, each reading what transformers' block read. */
    alone: readonly Difference[];
    /** Modules inside those. */
    parts: readonly Difference[];
    /** The loss, and its gradients by the checkpoint's names. */
    gradients: readonly Difference[];
    /** Modules of blocks that have no counterpart of the same path. */
    onlyHere: readonly string[];
    onlyThere: readonly string[];
  };
}

/** The layer that departs first; where it is a block, the part of it that does, if any. */
export function firstToDepart({ findings }: Report): { layer: string; part?: string } | undefined {
  const first = [...findings.layers, ...findings.gradients].find(departs);
  if (first === undefined) return undefined;
  const inside = findings.parts.filter(({ layer }) => layer.startsWith(`${first.layer}/`));
  const part = inside.find(departs)?.layer.slice(first.layer.length + 1);
  return part === undefined ? { layer: first.layer } : { layer: first.layer, part };
}

export const departing = ({ findings }: Report): string[] =>
  [...findings.layers, ...findings.gradients].filter(departs).map(({ layer }) => layer);

export const isGood = (report: Report): boolean =>
  departing(report).length === 0 && report.unnoticed.length === 0;

const width = { layer: 40, number: 9 };

const shown = (relative: number): string =>
  relative === 0 ? "0" : Number.isFinite(relative) ? relative.toExponential(1) : "—";

function line(name: string, numbers: readonly string[], remark = ""): string {
  const columns = numbers.map((number) => number.padStart(width.number)).join("  ");
  return `  ${name.padEnd(width.layer)}${columns}  ${remark}`.trimEnd();
}

const verdict = (found: Difference): string => (departs(found) ? `departs ${found.note}` : "");

/** The checkpoint's path of a block; other layers as they are called. */
const pathOf = (layer: string, { blockPath }: Report): string =>
  layer.replace(/^blocks(?=\.)/, blockPath);

function partLines({ findings }: Report, block: string): string[] {
  const inside = findings.parts.filter(({ layer }) => layer.startsWith(`${block}/`));
  return inside.map((part) =>
    line(`    ${part.layer.slice(block.length + 1)}`, ["", shown(part.relative)], verdict(part)),
  );
}

function layerLines(report: Report): string[] {
  const { layers, alone } = report.findings;
  const first = firstToDepart(report);
  return layers.flatMap((found) => {
    const apart = alone.find(({ layer }) => layer === found.layer);
    const numbers = [shown(found.relative), apart === undefined ? "" : shown(apart.relative)];
    const own = line(pathOf(found.layer, report), numbers, verdict(found));
    return found.layer === first?.layer ? [own, ...partLines(report, found.layer)] : [own];
  });
}

const largest = (found: readonly Difference[]): Difference | undefined =>
  found.toSorted((a, b) => b.relative - a.relative)[0];

/** One line; a line for each that departs, where no layer does: then the backward pass is to blame. */
function gradientLines({ findings: { layers, gradients } }: Report): string[] {
  const worst = largest(gradients);
  if (worst === undefined) return [];
  const departed = gradients.filter(departs);
  if (departed.length === 0 || layers.some(departs)) {
    const most = `${departed.length === 0 ? "" : "depart, "}most ${worst.layer}`;
    return [line(`loss and ${gradients.length - 1} gradients`, [shown(worst.relative)], most)];
  }
  return departed.map((found) =>
    line(
      found.layer === "loss" ? "loss" : `∂ ${found.layer}`,
      [shown(found.relative)],
      verdict(found),
    ),
  );
}

const list = (names: readonly string[]): string => names.join(", ");

/** Where the first departure is, and what departs by itself. */
function verdictLines(report: Report): string[] {
  const { findings } = report;
  const first = firstToDepart(report);
  if (first === undefined) return [];
  const found = [...findings.layers, ...findings.gradients].find(
    ({ layer }) => layer === first.layer,
  );
  const inside = first.part === undefined ? "" : `; in it, ${first.part} departs first`;
  const alone = findings.alone.filter(departs).map(({ layer }) => pathOf(layer, report));
  return [
    `First to depart: ${pathOf(first.layer, report)}, by ${shown(found?.relative ?? 0)}${inside}.`,
    ...(alone.length === 0
      ? []
      : [`Given transformers' input, these still depart: ${list(alone)}.`]),
    ...(findings.onlyHere.length === 0 ? [] : [`Modules only here: ${list(findings.onlyHere)}.`]),
    ...(findings.onlyThere.length === 0
      ? []
      : [`Modules only in transformers: ${list(findings.onlyThere)}.`]),
  ];
}

/** In a sentence or two lines: how many depart, the largest difference there is, and what is allowed. */
export function summary(report: Report, between = " "): string {
  const { layers, gradients, parts } = report.findings;
  const count = (found: readonly Difference[], what: string): string[] =>
    found.length === 0 ? [] : [`${found.filter(departs).length} of ${found.length} ${what}`];
  const counts = [
    ...count(layers, "layers depart"),
    ...count(parts, "modules in blocks"),
    ...count(gradients, "gradients"),
  ];
  const of = (found: readonly Difference[]): string[] => {
    const worst = largest(found);
    return worst === undefined
      ? []
      : [`${shown(worst.relative)} (allowed ${worst.tolerance.toExponential()})`];
  };
  const worst = [...of(layers), ...of(gradients)].join(" and ");
  return `${report.fixture}: ${counts.join(", ")};${between}largest ${worst}`;
}

/** The whole table of a fixture, and the sentence. */
export function table(report: Report): string {
  const { alone } = report.findings;
  return [
    line("layer", ["as run", ...(alone.length === 0 ? [] : ["alone"])]),
    ...layerLines(report),
    ...gradientLines(report),
    "",
    ...verdictLines(report),
    ...report.unnoticed.map((key) => `Changes nothing here, but does in transformers: ${key}.`),
    summary(report, "\n  "),
  ].join("\n");
}

/** As `--json` prints it: infinite differences, which JSON does not have, are null. */
export function asJson(report: Report): object {
  const { fixture, parameters, unnoticed, findings } = report;
  return {
    fixture,
    parameters,
    unnoticed,
    departing: departing(report),
    first: firstToDepart(report) ?? null,
    ...findings,
  };
}
