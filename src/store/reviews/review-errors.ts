// The errors of reviews.
import { DataError, UsageError } from "../../core/errors.ts";

export const unknownReview = (id: number): UsageError =>
  new UsageError("FT-REVIEW-001", {
    message: `there is no review ${id}`,
    hint: "GET /api/v1/reviews lists them",
  });

export const unknownConversation = (id: number): UsageError =>
  new UsageError("FT-REVIEW-002", {
    message: `there is no conversation ${id} in this review`,
    hint: "It may have been joined with another or split: undo brings it back",
  });

export const badCorrection = (field: string, message: string): DataError =>
  new DataError("FT-REVIEW-003", {
    at: { field },
    message,
    hint: "messages are slices of the document: in order, not overlapping, not empty",
  });

export const nothingToUndo = (what: "undo" | "redo"): UsageError =>
  new UsageError("FT-REVIEW-004", {
    message: `there is no step to ${what}`,
    hint: "GET /api/v1/reviews/ID/steps lists what was done",
  });

export const notNow = (message: string, hint: string): UsageError =>
  new UsageError("FT-REVIEW-005", { message, hint });
