// ft runs show: one run: settings, losses, checkpoints.
import { stringify } from "yaml";
import { z } from "zod";
import { curvesOf, pointsOf, readEvents, type RunDetails, showRun } from "../../runs/index.ts";
import { defineCommand } from "../define-command.ts";
import type { Io } from "../io.ts";
import { chartText, figuresText } from "../render/chart.ts";
import { pairs } from "../render/table.ts";

function checkpointNote(run: RunDetails, step: number): string {
  const names = [run.best?.step === step ? "best" : "", run.latest?.step === step ? "latest" : ""];
  const text = names.filter((name) => name !== "").join(", ");
  return text === "" ? "" : ` (${text})`;
}

const serviceOf = ({ record }: RunDetails): [string, string][] =>
  record.remote === undefined ? [] : [["Service", String(record.remote["baseUrl"])]];

/** By step: where the weights of a checkpoint at a service are. */
function addressesOf(run: RunDetails): Map<number, string> {
  if (run.record.remote === undefined) return new Map();
  const saved = readEvents(run.outputDir).flatMap((event) =>
    event.type === "checkpoint-saved" && event.remote ? [event] : [],
  );
  return new Map(saved.map(({ step, remote }) => [step, `, ${remote?.stateUri}`]));
}

/** Both losses: drawn on a terminal, else some of their figures. */
function lossesText(run: RunDetails, io: Io): string[] {
  const curves = curvesOf(readEvents(run.outputDir));
  const lines = [
    { label: "training loss", points: pointsOf(curves, "trainLoss"), color: "36" },
    { label: "validation loss", points: pointsOf(curves, "validationLoss"), color: "33" },
  ];
  const { terminalWidth: width } = io;
  const drawn =
    width === undefined
      ? lines.map(figuresText).filter((text) => text !== "")
      : [chartText(lines, { width, isColored: io.colorOut })].filter((text) => text !== "");
  return drawn.length === 0 ? [] : ["", ...drawn];
}

function runText(run: RunDetails, io: Io): string {
  const total = run.totalSteps === null ? "" : ` of ${run.totalSteps}`;
  const about = pairs(
    [
      ["Run", run.runId],
      ["Status", run.status],
      ["Model", run.model],
      ["Data", run.dataset],
      ["Started", run.startedAt],
      ["Step", `${run.step}${total}`],
      ["Training loss", run.trainLoss?.toFixed(4) ?? "-"],
      ["Validation loss", run.validationLoss?.toFixed(4) ?? "-"],
      ["Folder", run.outputDir],
      ...serviceOf(run),
    ],
    "",
  );
  const addresses = addressesOf(run);
  const checkpoints = run.checkpoints.map(
    ({ step, path }) =>
      `  step ${step}${checkpointNote(run, step)}: ${path}${addresses.get(step) ?? ""}`,
  );
  const config = stringify(run.record.config, { aliasDuplicateObjects: false })
    .trimEnd()
    .replace(/^/gm, "  ");
  return [
    about,
    ...lossesText(run, io),
    "",
    "Checkpoints:",
    ...checkpoints,
    "",
    "Configuration:",
    config,
  ].join("\n");
}

export const runsShow = defineCommand({
  name: "runs show",
  summary: "Show one run: its figures, checkpoints and settings",
  arguments: { run: { about: "Id, the start of an id, or a run folder" } },
  options: z.strictObject({}),
  examples: ["ft runs show 20261121-120226-4f9a1c", "ft runs show ./output --json"],
  run: async (input, io) => {
    const run = showRun(input.arguments.run ?? "");
    io.show(run, () => runText(run, io));
  },
});
