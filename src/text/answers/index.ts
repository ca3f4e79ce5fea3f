// From the text that a model writes to thoughts, answer and calls.
export { answerFormatOf, markTokens, opensReasoning, toldToolsFormat } from "./find-format.ts";
export type { TemplateFacts } from "./find-format.ts";
export { toolConstraintParts } from "./force-call.ts";
export type { ToolChoice, ToolConstraintPart } from "./force-call.ts";
export type { AnswerFormat, AnswerOptions, AnswerPart } from "./format.ts";
export { formats as answerFormats } from "./formats/index.ts";
export { plain as plainAnswers } from "./formats/plain.ts";
export { AnswerReader, readAnswer } from "./reader.ts";
export type { Answer } from "./reader.ts";
