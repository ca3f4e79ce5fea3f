// Encoders of sentences.
export { isEncoder } from "./bert.ts";
export { type Embedded, SentenceEncoder } from "./sentence-encoder.ts";
