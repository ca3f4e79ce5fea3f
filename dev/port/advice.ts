// What to write next for a model type that is not built, not registered, or has no specimen.
// Asks nobody: it is told what is missing.
import type { Refusal } from "./reference.ts";

const orNear = (near: readonly string[]): string =>
  near.length === 0 ? "" : ` Did you mean ${near.join(" or ")}?`;

/** Why nothing could be made, and what to do. */
export function adviceOn(
  modelType: string,
  { refused, transformers, near, message }: Refusal,
): string {
  switch (refused) {
    case "unknown to transformers":
      return `${modelType}: transformers ${transformers} has no such model type.${orNear(near)}`;
    case "no specimen":
      return [
        `${modelType}: no specimen.${orNear(near)} Next:`,
        `  make port-new ${modelType}`,
        `    writes a first one, dev/port/architectures/${modelType}.py, and shows what to build`,
      ].join("\n");
    case "does not build":
      return [
        `${modelType}: transformers ${transformers} makes no fixture of its specimen: ${message}`,
        `  correct dev/port/architectures/${modelType}.py`,
      ].join("\n");
  }
}

/** The fixtures are made; the architecture is not registered. */
export function nextFiles(modelType: string, folder: string): string {
  const files = [
    [`src/models/${modelType}.ts`, "the architecture, from what make port-new shows"],
    [
      "src/models/registry.ts",
      `${modelType}: async () => (await import("./${modelType}.ts")).${modelType},`,
    ],
    ["tests/contract/tiny-configs.ts", "a configuration or two, as small as can be"],
  ];
  return [
    `${modelType}: transformers' side is in ${folder}; ours is not built. Next:`,
    ...files.map(([file = "", what]) => `  ${file.padEnd(32)}${what}`),
    `  then again make port ${modelType}; docs/adding/model.md goes through it`,
  ].join("\n");
}
