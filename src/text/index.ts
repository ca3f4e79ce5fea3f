// What the layers above use of text/.
export {
  answerFormatOf,
  answerFormats,
  AnswerReader,
  markTokens,
  opensReasoning,
  plainAnswers,
  readAnswer,
  toldToolsFormat,
  toolConstraintParts,
} from "./answers/index.ts";
export type {
  Answer,
  AnswerFormat,
  AnswerOptions,
  AnswerPart,
  TemplateFacts,
  ToolChoice,
  ToolConstraintPart,
} from "./answers/index.ts";
export { createRenderer, readTemplate, renderConversation, rendererOf } from "./renderer.ts";
export type { ConversationOptions, RendererOptions, TemplateSource } from "./renderer.ts";
export { needsTelling, toldTools } from "./told-tools.ts";
export { showMask } from "./masks.ts";
export type { MaskRun } from "./masks.ts";
export { templates } from "./templates/index.ts";
export { TextStream } from "./text-stream.ts";
export type { TextStreamOptions } from "./text-stream.ts";
export { loadTokenizer } from "./tokenizer.ts";
