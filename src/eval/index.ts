// The surface of eval/.
export * from "./metrics/bleu.ts";
export { bleuTokenizers } from "./metrics/bleu-tokenizers.ts";
export * from "./metrics/chrf.ts";
export { type Comparable, compareAnswers, type CompareOptions, type Delta } from "./compare.ts";
export { type Contamination, contamination, type Told } from "./contamination.ts";
export { type Check, Checker, type CheckRequest } from "./checker/checker.ts";
export { type Answer, type Metric, scoreOf, summed } from "./metrics/metric.ts";
export { type ScoreInterval, scoreInterval } from "./score-interval.ts";
export { metrics } from "./metrics/registry.ts";
export { passAt, passNamed } from "./metrics/pass-at.ts";
export * from "./metrics/rouge.ts";
export { type Question, questionsOf, toldOf, type Unasked } from "./questions.ts";
export { type ReferenceLoss, referenceLoss } from "./reference-loss.ts";
