// What a checker adds to an evaluation: several answers a row, each checked, and pass@k of them. Off unless a checker is
// named. Draws no answer itself.
import { UsageError } from "../../core/errors.ts";
import { type Check, Checker, passNamed } from "../../eval/index.ts";

export interface CheckingOptions {
  /** The user's program: see docs/evaluating.md. */
  checker?: string | undefined;
  /** Answers to a row. */
  samples?: number | undefined;
  /** Of several answers; one is greedy. */
  temperature?: number | undefined;
  /** Of one check, on the clock. */
  checkerSeconds?: number | undefined;
}

export interface Checking {
  checker: Checker;
  samples: number;
  temperature: number;
}

/** As Chen et al. 2021 draw a hundred answers. */
const usualTemperature = 0.8;

const largestK = (metrics: readonly string[]): number =>
  Math.max(0, ...metrics.map((name) => passNamed(name) ?? 0));

function requireChecker(
  metrics: readonly string[],
  { checker, samples = 1 }: CheckingOptions,
): void {
  if (checker !== undefined || (largestK(metrics) === 0 && samples === 1)) return;
  const what = samples === 1 ? `pass@${largestK(metrics)} needs` : "several answers to a row need";
  throw new UsageError("FT-EVAL-017", {
    message: `${what} a program that says which answers are right`,
    hint: "--checker FILE; docs/evaluating.md says what it reads and how it answers",
  });
}

/** Throws UsageError FT-EVAL-018 for pass@k of fewer than k answers. */
export function requireSamples(metrics: readonly string[], samples: number, where = ""): void {
  const most = largestK(metrics);
  if (most <= samples) return;
  throw new UsageError("FT-EVAL-018", {
    message: `pass@${most} needs at least ${most} answers, and ${where}there ${samples === 1 ? "is 1" : `are ${samples}`}`,
    hint: where === "" ? `--samples ${most}` : `--pass-k ${samples}`,
  });
}

/** Undefined without a checker. Throws UsageError FT-EVAL-016, 017. */
export async function openChecker(
  options: CheckingOptions,
  metrics: readonly string[],
): Promise<Checker | undefined> {
  const { checker, checkerSeconds } = options;
  requireChecker(metrics, options);
  if (checker === undefined) return undefined;
  const limits = checkerSeconds === undefined ? {} : { seconds: checkerSeconds };
  return await Checker.open(checker, { limits });
}

/** Undefined without a checker. Throws UsageError FT-EVAL-016, 017, 018. */
export async function openChecking(
  options: CheckingOptions,
  metrics: readonly string[],
): Promise<Checking | undefined> {
  const checker = await openChecker(options, metrics);
  if (checker === undefined) return undefined;
  const { samples = 1, temperature = samples > 1 ? usualTemperature : 0 } = options;
  requireSamples(metrics, samples);
  return { checker, samples, temperature };
}

/** What of it decides the rows. */
export function checkingIdentity(
  checking: Checking | undefined,
  { checkerSeconds }: CheckingOptions,
): object {
  if (checking === undefined) return {};
  const { checker, samples, temperature } = checking;
  return { checker: checker.sha256, samples, temperature, checkerSeconds };
}

/** Behind the signatures of metrics: texts are scored by the first answer. */
export function checkingSignature(checking: Checking | undefined): string {
  if (checking === undefined) return "";
  const { checker, samples, temperature } = checking;
  const drawn = samples === 1 ? "" : `; answers=first of ${samples}`;
  const program = `checker=${checker.sha256.slice(0, 12)}|temperature:${temperature}`;
  return `${drawn}; ${program}`;
}

/** A checker that finds everything wrong for one reason is often wrong itself. */
export function checkingWarnings(checks: readonly Check[]): string[] {
  const reasons = new Set(checks.map(({ passed, reason }) => `${passed}${reason}`));
  const [first] = checks;
  if (checks.length < 2 || reasons.size > 1 || first?.passed !== false) return [];
  const said = first.reason === "" ? "without a reason" : `with '${first.reason}'`;
  return [`all ${checks.length} checks failed alike, ${said}: is it the checker that fails?`];
}
