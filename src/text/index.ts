// What the layers above use of text/.
export { createRenderer, readTemplate, renderConversation, rendererOf } from "./renderer.ts";
export type { ConversationOptions, RendererOptions, TemplateSource } from "./renderer.ts";
export { showMask } from "./masks.ts";
export type { MaskRun } from "./masks.ts";
export { templates } from "./templates/index.ts";
export { TextStream } from "./text-stream.ts";
export { loadTokenizer } from "./tokenizer.ts";
