// The library: a small documented surface, the same one that the command line uses.
export {
  generateText,
  generateText as generate,
  type GeneratedText,
  type GenerateTextOptions,
} from "./app/generate/generate-text.ts";
export {
  loadModel,
  type LoadModelOptions,
  type Logits,
  type Model,
} from "./generate/load-model.ts";
export {
  choicesConstraint,
  type Constraint,
  type GenerationEnd,
  type GenerationRequest,
  grammarConstraint,
  jsonSchemaConstraint,
  plainSampling,
  regexConstraint,
} from "./generate/index.ts";
export type { RunLength } from "./app/train/extend-run.ts";
export {
  resumeRun,
  type ResumeRunOptions,
  trainRun,
  type TrainRunOptions,
} from "./app/train/train-run.ts";
export { Trainer, TrainerFactory, type TrainingResult } from "./app/train/trainer.ts";
export { ConfigBuilder } from "./app/config/builder.ts";
export type { PartialRunConfig, RunConfig } from "./app/config/schema.ts";
export {
  ConfigError,
  DataError,
  ExitCode,
  FtError,
  ModelError,
  NativeError,
  ProviderError,
  UsageError,
} from "./core/errors.ts";
export { architectures } from "./models/index.ts";
export * as mx from "./mx/index.ts";
export * as providers from "./providers/index.ts";
export * as platform from "./store/platform/index.ts";
export * as store from "./store/index.ts";
export type { RunEvent } from "./runs/index.ts";
export {
  answerFormatOf,
  type AnswerPart,
  AnswerReader,
  createRenderer,
  loadTokenizer,
  markTokens,
  opensReasoning,
  readAnswer,
  renderConversation,
  templates,
} from "./text/index.ts";
export type {
  ConversationSample,
  MaskPolicy,
  Message,
  Rendered,
  Renderer,
  Sample,
  Tokenizer,
} from "./text/types.ts";
