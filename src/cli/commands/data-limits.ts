// ft data limits: what services take, and every fault that rows can have.
import { z } from "zod";
import type { ToldLimits, ToldProfile } from "../../app/data/list-limits.ts";
import { flags } from "../../core/flags.ts";
import { formatBytes } from "../../core/units.ts";
import { defineCommand } from "../define-command.ts";
import { pairs } from "../render/table.ts";

export const limitsOption = z
  .string()
  .optional()
  .describe("Your own limits, which override the shipped ones")
  .register(flags, { value: "FILE" });

const shown = (name: string, value: number): string =>
  name.endsWith("Bytes") ? formatBytes(value) : value.toLocaleString("en-US");

const joined = (...parts: readonly (string | null)[]): string =>
  parts.filter((part) => part !== null && part !== "").join("; ");

function profileText({ name, about, limits, models, closes }: ToldProfile): string {
  const numbers = limits.map(({ name: limit, value, checkedOn, note }): [string, string] => [
    limit,
    joined(shown(limit, value), checkedOn, note),
  ]);
  const known = models.map((model): [string, string] => [
    model.name,
    joined(
      model.exampleTokens === null ? null : `${shown("", model.exampleTokens)} tokens`,
      model.retiresOn === null ? null : `retires on ${model.retiresOn}`,
    ),
  ]);
  const end = closes === null ? [] : [`  closes on ${closes.on}: ${closes.what}`];
  return [`${name}: ${about}`, pairs([...numbers, ...known]), ...end]
    .filter((part) => part !== "")
    .join("\n");
}

function limitsText({ profiles, codes }: ToldLimits): string {
  const faults = codes.map(({ code, severity, about, fixable }): [string, string] => [
    code,
    joined(severity === "off" ? "by profile" : severity, about, fixable ? "ft data fix" : null),
  ]);
  return [...profiles.map(profileText), pairs(faults, "")].join("\n\n");
}

export const dataLimits = defineCommand({
  name: "data limits",
  section: "Look at sets",
  summary: "List the requirements and models of each service, and the faults that rows can have",
  options: z.strictObject({ limits: limitsOption }),
  examples: ["ft data limits", "ft data limits --json"],
  run: async ({ options: { limits } }, io) => {
    const { listLimits } = await import("../../app/data/list-limits.ts");
    const told = listLimits(limits);
    io.show(told, () => limitsText(told));
  },
});
