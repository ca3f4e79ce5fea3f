// How much of each folder of src/ the unit tests must run, in per cent of its lines, functions and branches. Slightly
// below what was measured on 2026-11-27, so that it fails when tests go and not by chance. What needs the addon, or runs
// as a program of its own, is run by other tests, which are not counted: such folders have low numbers.

/** Lines, functions, branches. */
type Least = readonly [lines: number, functions: number, branches: number];

export const leastCovered: Readonly<Record<string, Least>> = {
  adapters: [4, 0, 0],
  app: [27, 26, 24],
  cli: [30, 23, 20],
  core: [73, 70, 63],
  data: [96, 95, 88],
  eval: [83, 80, 71],
  export: [47, 33, 32],
  generate: [78, 74, 77],
  mcp: [0, 0, 0],
  models: [48, 46, 37],
  mx: [16, 5, 14],
  nn: [18, 11, 13],
  providers: [94, 86, 85],
  remote: [88, 86, 72],
  runs: [93, 92, 82],
  serve: [0, 0, 0],
  store: [85, 84, 78],
  studio: [0, 0, 0],
  synth: [91, 90, 82],
  text: [90, 88, 79],
  train: [28, 19, 24],
  weights: [71, 62, 62],
};

/** Of all folders together. */
const overall: Least = [62, 56, 58];

const named = ([lines, functions, branches]: Least) => ({ lines, functions, branches });

/** As vitest takes them: of all, and of each folder by its pattern. */
export const coverageThresholds = {
  ...named(overall),
  ...Object.fromEntries(
    Object.entries(leastCovered).map(([folder, least]) => [`src/${folder}/**`, named(least)]),
  ),
};
