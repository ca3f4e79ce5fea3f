// Reviews of conversations that were found in documents: what was found, what a person said of it, and back again.
export {
  type ConversationPage,
  type ConversationQuery,
  conversationBehind,
  conversationsBetween,
  extentOf,
  idsOf,
  insertConversations,
  listConversations,
  type NewConversation,
  readConversation,
  type ReviewConversation,
  type ReviewMessage,
  takenPlaces,
} from "./conversations.ts";
export { badCorrection, notNow } from "./review-errors.ts";
export {
  addReviewFile,
  beginSource,
  changeReview,
  createReview,
  deleteReview,
  deleteReviewFile,
  listReviewFiles,
  listReviews,
  listSources,
  noteSource,
  readReview,
  type Review,
  type ReviewFile,
  type ReviewSource,
  type StatusCounts,
  statusCounts,
} from "./reviews.ts";
export { listSteps, redoStep, type ReviewStep, takeStep, undoStep } from "./steps.ts";
