// What a review is begun with: how its documents are read and what counts as a conversation.
import { z } from "zod";

export const ReviewSettings = z.strictObject({
  /** Speakers who answer, as the documents name them. */
  assistants: z.array(z.string().min(1).max(200)).max(100).default([]),
  minTurns: z.int().min(1).max(1000).default(2),
  minConfidence: z.number().min(0).max(1).default(0.5),
  maxFileSize: z.string().max(20).default("200MB"),
  encoding: z.string().max(40).optional(),
  /** Who is shown what rules leave open; without one nobody is. */
  provider: z.string().min(1).max(100).optional(),
  /** Its model; else its usual one. */
  model: z.string().min(1).max(200).optional(),
});

export type ReviewSettings = z.infer<typeof ReviewSettings>;
