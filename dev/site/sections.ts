// How the pages are grouped in the site, in order; a page of docs/ that no group has fails the build. Titles are the
// pages' own.

export interface Section {
  title: string;
  /** From the clone's root. A name with `*` stands for the pages of that folder not named before. */
  pages: readonly string[];
}

const docs = (...names: string[]): string[] => names.map((name) => `docs/${name}.md`);

export const sections: readonly Section[] = [
  {
    title: "Start",
    pages: [
      "README.md",
      ...docs(
        "everyday",
        "packages",
        "troubleshooting",
        "glossary",
        "coming-from-mlx-lm",
        "guides/*",
      ),
    ],
  },
  {
    title: "Train",
    pages: docs(
      ...[
        "choosing-settings",
        "methods",
        "preparing-data",
        "rows",
        "following-a-run",
        "when-it-fails",
      ],
      ...["memory", "looking-inside", "adapters", "merging"],
    ),
  },
  {
    title: "Use a model",
    pages: docs(
      ...["generating", "answers", "constraints", "evaluating", "serving", "exporting", "gguf"],
      ...["uploading", "manifests", "weights"],
    ),
  },
  {
    title: "Make data",
    pages: docs(
      ...[
        "datasets",
        "making-data",
        "sources",
        "identify",
        "chats",
        "domains",
        "quality",
        "cleaning",
      ],
      ...["splitting", "tokens", "providers", "providers-formats", "menu"],
    ),
  },
  {
    title: "Studio and API",
    pages: docs(
      "studio/tour",
      "studio/using",
      "studio/*",
      "api",
      "tuning-api",
      "mcp",
      "jobs",
      "store",
    ),
  },
  {
    title: "Other machines",
    pages: docs("remote/*", "container", "backends", "cuda", "mac-checklist", "windows"),
  },
  { title: "Reference", pages: docs("reference/*", "licences") },
  { title: "Add something", pages: docs("adding/*") },
  {
    title: "How it works",
    pages: [
      ...docs("architecture", "life-of-a-run", "design/*"),
      "CONTRIBUTING.md",
      "CHANGELOG.md",
    ],
  },
];

/** The pages of each group, by the files there are. @throws RangeError when a page of docs/ is in none. */
export function placed(files: readonly string[]): Section[] {
  const named = new Set(sections.flatMap(({ pages }) => pages));
  const placedSections = sections.map(({ title, pages }) => ({
    title,
    pages: pages.flatMap((page) => {
      if (!page.endsWith("*.md")) return files.includes(page) ? [page] : [];
      const folder = page.slice(0, -"*.md".length);
      return files.filter((file) => file.startsWith(folder) && !named.has(file)).toSorted();
    }),
  }));
  const found = new Set(placedSections.flatMap(({ pages }) => pages));
  const lost = files.filter((file) => !found.has(file));
  if (lost.length > 0) throw new RangeError(`dev/site/sections.ts places no ${lost.join(", ")}`);
  return placedSections;
}
