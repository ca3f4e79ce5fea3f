// In which language a text is, told by its groups of letters. The data behind it takes half a second to load, so it is
// loaded when a text is first looked at; which languages there are is known without it.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { eld } from "eld/small";

type Detector = typeof eld;

/** What a text was found to be in: an ISO 639-1 code, or "" where nothing fits. */
export type FoundLanguage = ReturnType<Detector["detect"]>;

/** ISO 639-1 codes of all that can be told; a test holds them to the library's own list. */
export const toldLanguages: readonly string[] = (
  "am ar az be bg bn ca cs da de el en es et eu fa fi fr gu he hi hr hu hy is it ja ka kn ko ku lo lt lv ml mr ms nl " +
  "no or pa pl pt ro ru sk sl sq sr sv ta te th tl tr uk ur vi yo zh"
).split(" ");

let detector: Detector | undefined;

/** At once rather than by `import()`: who asks is in the middle of a row. */
function loaded(): Detector {
  const file = fileURLToPath(import.meta.resolve("eld/small"));
  const { eld: found } = createRequire(import.meta.url)(file) as { eld: Detector };
  return found;
}

export function detectLanguage(text: string): FoundLanguage {
  detector ??= loaded();
  return detector.detect(text);
}
