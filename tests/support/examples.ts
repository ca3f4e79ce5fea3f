// The examples of every command's help: which are run, in which order, and why the others are not. A model of the tests
// stands in for those that would be fetched, two steps for long trainings.

/** Run in this order, in one folder that `tests/cli/examples.soak.test.ts` fills. */
export const runHere: readonly string[] = [
  "ft info",
  "ft info --json",
  "ft info --env",
  "ft doctor --json",
  "ft init my-project",
  "ft train list-data",
  "ft train list-data --json",
  "ft config show > config.yml",
  "ft config show --profile chat --origins",
  "ft config show --json",
  "ft config profiles",
  "ft config profiles --json",
  "ft config schema > ft.schema.json",
  "ft config schema --of sweep > sweep.schema.json",
  "ft config schema --environment",
  "ft completion bash",
  "ft completion zsh",
  "ft completion fish",
  "ft templates list",
  "ft templates list --json",
  "ft train start builtin/tiny rows.jsonl --iters 100 --json",
  "ft runs list",
  "ft runs list --json",
  "ft runs show ./output --json",
  "ft runs plot ./output",
  "ft runs export ./output",
  "ft runs export ./output --format csv -o -",
  "ft runs prune",
  "ft runs prune --checkpoints --dry-run",
  "ft verify ./output",
  "ft adapters info ./output",
  "ft adapters convert ./output ./for-peft --to peft",
  "ft models list",
  "ft models list --json",
  "ft models info builtin/tiny",
  "ft evaluate ./output --data rows.jsonl --metrics exact_match,rougeL,perplexity",
  "ft data domains",
  "ft data domains support",
  'ft data domains "Customer Support" --json',
  "ft data prices",
  "ft data prices --provider openai --json",
  "ft data limits",
  "ft data limits --json",
  "ft data count rows.jsonl",
  "ft data stats rows.jsonl",
  "ft data sample rows.jsonl -n 100 -o some.jsonl",
  "ft data identify docs/ --no-model -o found.jsonl",
  "ft data init support-set",
  "ft data validate train.jsonl",
  "ft data split rows.jsonl -o divided",
  "ft data dedupe rows.jsonl -o clean.jsonl --clusters clusters.jsonl",
  "ft data dedupe rows.jsonl --show 5",
  "ft data import rows.jsonl --name support",
  "ft data list",
  "ft data list --json",
  "ft data history",
  "ft data history support",
  "ft data diff support --json",
  "ft data sync",
  "ft data configurations",
  "ft jobs list",
  "ft jobs list --status running",
  "ft jobs list --kind training --json",
  "ft jobs work --until-empty",
  "ft store check",
  "ft store compact",
];

interface Elsewhere {
  /** Of the command's name. */
  command: RegExp;
  why: string;
  /** Where the command is run. */
  test: string;
}

/** Commands of which no example is run as it stands, or not all. */
export const runElsewhere: readonly Elsewhere[] = [
  { command: /^train quick$/, why: "minutes", test: "tests/cli/quick.test.ts" },
  {
    command: /^train /,
    why: "names runs, files and machines of one's own",
    test: "tests/cli/train",
  },
  {
    command:
      /^remote (hosts|check|follow|status|work|train|models|runs|checkpoints|download|test|compare)$/,
    why: "another machine, or a service with a key",
    test: "tests/cli/remote",
  },
  {
    command: /^(generate)$/,
    why: "names results of earlier examples",
    test: "tests/cli/generate.test.ts",
  },
  { command: /^chat$/, why: "a conversation", test: "tests/cli/chat.test.ts" },
  { command: /^serve$/, why: "goes on until it is stopped", test: "tests/cli/serve" },
  { command: /^studio$/, why: "goes on until it is stopped", test: "tests/cli/studio.test.ts" },
  { command: /^mcp$/, why: "speaks to an assistant", test: "tests/cli/mcp.test.ts" },
  {
    command: /^evaluate$/,
    why: "judges, answers of before, and one folder for each evaluation",
    test: "tests/cli/evaluate.test.ts",
  },
  { command: /^benchmark$/, why: "minutes", test: "tests/cli/benchmark.test.ts" },
  {
    command: /^(merge|adapters )/,
    why: "adapters of others; a merge of two steps is refused, as little is left of it",
    test: "tests/cli/adapters.test.ts",
  },
  { command: /^export$/, why: "a file of GGUF", test: "tests/cli/export.test.ts" },
  {
    command: /^recommend$/,
    why: "writes for models of the hub",
    test: "tests/cli/recommend.test.ts",
  },
  { command: /^bench train$/, why: "minutes", test: "tests/native/bench" },
  { command: /^doctor$/, why: "the same without --json", test: "tests/cli/doctor.test.ts" },
  { command: /^init$/, why: "the folder it is run in", test: "tests/cli/init.test.ts" },
  { command: /^data (menu)$/, why: "asks questions", test: "tests/cli/data-menu.test.ts" },
  {
    command: /^data (create|hybrid|custom|scaffold)$/,
    why: "a model answers",
    test: "tests/cli/data-create.test.ts",
  },
  { command: /^data generate$/, why: "a model answers", test: "tests/cli/data-generate.test.ts" },
  {
    command: /^data (quality|rate)$/,
    why: "a model or a person judges",
    test: "tests/cli/data-quality.test.ts",
  },
  { command: /^data (pull|push|prepare)$/, why: "the hub", test: "tests/cli/data-hub.test.ts" },
  {
    command: /^data (clean|fix|convert|validate|dedupe|split|count|stats|sample|export|limits)$/,
    why: "files of services, and results of before",
    test: "tests/cli",
  },
  {
    command:
      /^data (import|write|list|history|diff|merge|restore|sync|remove|identify|init|configurations)$/,
    why: "versions that work of days leaves",
    test: "tests/cli",
  },
  {
    command: /^models (list|info|pull|convert|search|delete)$/,
    why: "the hub",
    test: "tests/cli/models.test.ts",
  },
  { command: /^verify$/, why: "a base model", test: "tests/cli/verify.test.ts" },
  { command: /^upload$/, why: "the hub", test: "tests/cli/upload.test.ts" },
  { command: /^runs /, why: "names runs of one's own", test: "tests/cli/train" },
  { command: /^jobs /, why: "names jobs of one's own", test: "tests/cli/jobs.test.ts" },
  {
    command: /^store (backup|restore|check)$/,
    why: "writes into the home folder",
    test: "tests/cli/store.test.ts",
  },
];
