// The licences that the hub knows by name, and what those that allow less than everything ask of somebody who passes a
// model on. Tells; what is done about it is the person's who uploads.

/** Identifiers that a card's `license` may have; any other is `other`, with a name of its own. */
const KNOWN = new Set(
  (
    "apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0 " +
    "bigcode-openrail-m afl-3.0 artistic-2.0 bsl-1.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear c-uda cc cc0-1.0 " +
    "cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 " +
    "cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cdla-sharing-1.0 " +
    "cdla-permissive-1.0 cdla-permissive-2.0 wtfpl ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 eupl-1.2 agpl-3.0 gfdl " +
    "gpl gpl-2.0 gpl-3.0 lgpl lgpl-2.1 lgpl-3.0 isc h-research intel-research lppl-1.3c ms-pl apple-ascl apple-amlr " +
    "mpl-2.0 odc-by odbl openmdw-1.0 openrail++ osl-3.0 postgresql ofl-1.1 ncsa unlicense zlib pddl lgpl-lr " +
    "deepfloyd-if-license fair-noncommercial-research-license llama2 llama3 llama3.1 llama3.2 llama3.3 llama4 grok2-community gemma unknown other"
  ).split(" "),
);

const ASKS: readonly (readonly [licence: RegExp, asks: string])[] = [
  [/\bnd\b/, "forbids distributing modified versions, which a fine-tuned model is"],
  [/\bnc\b|noncommercial|non-commercial|research/, "forbids commercial use"],
  [
    /^llama/,
    "requires 'Built with Llama', the licence beside the model, and a name that starts with Llama",
  ],
  [/^gemma/, "requires its terms and its list of prohibited uses to be passed on"],
  [/openrail|bloom-rail|deepfloyd/, "requires its list of prohibited uses to be passed on"],
  [/\bsa\b|gpl|osl|eupl|odbl/, "requires the same licence for derived models"],
];

/** What a licence asks of who passes a model on; undefined where that is no more than to name it. */
export function whatItAsks(license: string): string | undefined {
  const name = license.toLowerCase();
  return ASKS.find(
    ([pattern]) => pattern.test(name.replaceAll("-", " ")) || pattern.test(name),
  )?.[1];
}

/** The lines of a card's head that say the licence. */
export function licenseFields(license: string): Record<string, string> {
  const name = license.toLowerCase();
  return KNOWN.has(name) ? { license: name } : { license: "other", license_name: name };
}
