// A task of SkyPilot as its YAML file: data are mounted, the run's folder is fetched from the machine that it makes.
import { basename } from "node:path";
import { stringify } from "yaml";
import { z } from "zod";
import { settingsThere } from "../emitted.ts";
import { defineKind } from "./kind.ts";

/** SkyPilot puts places there into commands of a shell. */
const plainName = (path: string): string => basename(path).replaceAll(/[^\w.-]/g, "_");

export const skypilotKind = defineKind({
  about: "cloud machines, through a SkyPilot task file",
  options: z.strictObject({
    accelerators: z.string().optional().describe("GPUs, as resources.accelerators has them"),
    cloud: z.string().optional().describe("Cloud; default: the cheapest"),
    disk_size: z.int().min(1).optional().describe("Disk in GB"),
    ft: z.string().default("ft").describe("The command that is ft there"),
    setup: z.string().describe("Lines of a shell that set ft up on a fresh machine"),
  }),
  emit(_, { accelerators, cloud, disk_size, ft, setup }, spec) {
    const mounted = spec.inputs.map(({ path, digest }): [string, string] => [
      path,
      `~/ft-inputs/${digest.slice(0, 16)}/${plainName(path)}`,
    ]);
    const places = new Map(mounted);
    const output = `~/ft-runs/${spec.id}`;
    const settings = spec.settings({ output, of: (path) => places.get(path) ?? path });
    const task = {
      name: `ft-${spec.id}`,
      resources: {
        ...(cloud !== undefined && { cloud }),
        ...(accelerators !== undefined && { accelerators }),
        ...(disk_size !== undefined && { disk_size }),
      },
      file_mounts: Object.fromEntries(mounted.map(([here, there]) => [there, here])),
      setup,
      run: [
        "set -e",
        ...settingsThere(settings, "~/ft-settings.json"),
        `${ft} train start --config ~/ft-settings.json`,
        "",
      ].join("\n"),
    };
    return [
      `# A run of ft. sky launch -c ft-${spec.id} FILE starts it; the result is fetched with`,
      `#   scp -r ft-${spec.id}:ft-runs/${spec.id} RESULT`,
      `# and the machine costs money until sky down ft-${spec.id}.`,
      stringify(task, { lineWidth: 0 }),
    ].join("\n");
  },
  runFile: ({ id }) => `sky launch -c ft-${id}`,
});
