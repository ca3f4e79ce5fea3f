// Finds the same eight lines in two places of src/: common code belongs in one common place.
// Textual only: renamed copies pass. Architectures may be alike: one file is the whole model, to be read as such.
import type { Repository, Rule } from "./repository.ts";

const windowLines = 8;

interface Line {
  text: string;
  number: number;
}

/** Lines that carry meaning, without their indentation: no comments, imports or closing brackets. */
function meaningful(text: string): Line[] {
  return text
    .split("\n")
    .map((line, index) => ({ text: line.trim(), number: index + 1 }))
    .filter(({ text: line }) => !/^(\/\/|\/?\*|import |export \{|\} from |[\])};,]*$)/.test(line));
}

function* windows(lines: readonly Line[]): Generator<[string, number]> {
  for (let first = 0; first + windowLines <= lines.length; first++) {
    const window = lines.slice(first, first + windowLines);
    yield [window.map(({ text }) => text).join("\n"), window[0]?.number ?? 0];
  }
}

interface Scan {
  /** First place of each window: file and line. */
  seen: Map<string, string>;
  problems: string[];
}

function scan({ seen, problems }: Scan, file: string, text: string): void {
  let quietUntil = 0;
  for (const [window, line] of windows(meaningful(text))) {
    const earlier = seen.get(window);
    if (earlier === undefined) seen.set(window, `${file}:${line}`);
    else if (line >= quietUntil) {
      problems.push(`${file}:${line} repeats ${earlier}`);
      quietUntil = line + 2 * windowLines;
    }
  }
}

const isCompared = (name: string): boolean =>
  /^src\/.*\.ts$/.test(name) && !/^src\/models\/[^/]+\.ts$/.test(name);

export const noDuplicates: Rule = {
  name: `no ${windowLines} lines stand in src/ twice`,
  check(repository: Repository) {
    const state: Scan = { seen: new Map(), problems: [] };
    for (const file of repository.files.filter(isCompared)) {
      scan(state, file, repository.text(file));
    }
    return state.problems;
  },
};
