// Where something made of a stored model comes from, as its manifest says it: conversions, merges and exports.
// What a training tells is src/runs/trained-provenance.ts.
import { type Provenance, provenanceOf, tellable, withoutPlace } from "../../runs/index.ts";
import { modelDigest, type ResolvedModel, type StoredModel } from "../../weights/index.ts";
import { productVersion } from "../info.ts";
import { licenseOf } from "../models/model-license.ts";

type Place = Pick<ResolvedModel, "commit" | "license">;

/** What a manifest says of a model that something is made from. */
export async function baseFacts(
  name: string,
  stored: StoredModel,
  { commit, license }: Place = {},
): Promise<NonNullable<Provenance["base"]>> {
  const { model_type } = stored.config as { model_type?: unknown };
  return {
    name: withoutPlace(name),
    revision: commit ?? null,
    digest: await modelDigest(stored),
    architecture: typeof model_type === "string" ? model_type : null,
    license: license ?? stored.license ?? licenseOf(stored.companions) ?? null,
  };
}

export interface Making extends Pick<Provenance, "kind" | "command" | "base"> {
  /** Of the command that makes it. */
  settings: Readonly<Record<string, unknown>>;
  /** Folder of what it is made of: what that tells of data and training is told on. */
  from?: string | undefined;
}

/** What is known of the base already is told on, where it is called the same. */
function sameBase(base: Provenance["base"], before: Provenance["base"]): Provenance["base"] {
  const name = withoutPlace(base?.name ?? "");
  return name === before?.name ? { ...before, ...base, name } : base && { ...base, name };
}

/** The provenance of what a command makes now. */
export function makingProvenance({ from, settings, ...made }: Making): Provenance {
  const before = from === undefined ? undefined : provenanceOf(from);
  return {
    ...before,
    ...made,
    base: sameBase(made.base, before?.base),
    settings: tellable(settings) as Record<string, unknown>,
    versions: { ...before?.versions, ft: productVersion(), node: process.versions.node },
    platform: { system: process.platform, machine: process.arch },
  };
}
