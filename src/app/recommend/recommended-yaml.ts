// A recommendation as a configuration file: each value with its reason behind it. `ft train validate` takes it as it is.
import { Document, type Pair, type Scalar, type YAMLMap } from "yaml";
import { formatBytes, formatCount } from "../../core/units.ts";
import { BUILTIN_DATASET } from "../../data/options.ts";
import type { Recommendation } from "./recommend.ts";

const exampleData = " an example: your own rows go here";

function reasonsByKey({ reasons, config }: Recommendation): Map<string, string> {
  const all = new Map(reasons.map(({ setting, why }) => [setting, ` ${why}`]));
  const { train_file } = config["data"] as { train_file: string };
  if (train_file === BUILTIN_DATASET) all.set("data.train_file", exampleData);
  return all;
}

/** What YAML's document holds of a value: a list in one line takes a comment as a word does. */
interface Node {
  items?: unknown;
  comment?: string | null;
  flow?: boolean;
}

function explain(node: Node, why: string): void {
  node.comment = why;
  if (node.items !== undefined) node.flow = true;
}

type Group = YAMLMap<Scalar<string>, unknown>;

function comment(group: Group, path: string, why: ReadonlyMap<string, string>): void {
  for (const { key, value } of group.items as Pair<Scalar<string>, Node>[]) {
    const name = path === "" ? key.value : `${path}.${key.value}`;
    const told = why.get(name);
    if (told !== undefined && value !== null) explain(value, told);
    else if (value?.items !== undefined) comment(value as Group, name, why);
  }
}

export function recommendedYaml(recommendation: Recommendation, model: string): string {
  const { config, estimate, figures } = recommendation;
  const document = new Document(config);
  comment(document.contents as Group, "", reasonsByKey(recommendation));
  const { residentBytes, availableBytes } = estimate;
  document.commentBefore = [
    ` Recommended for ${model} (${formatCount(figures.parameters)} parameters), ${figures.rows} rows of about ${figures.meanTokens} tokens.`,
    ` It needs about ${formatBytes(residentBytes)} of ${formatBytes(availableBytes)}.`,
    " ft train start --config THIS_FILE",
  ].join("\n");
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
