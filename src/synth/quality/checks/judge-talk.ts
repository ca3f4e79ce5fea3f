// Rows that speak to whoever judges them. A row is data and cannot change how it is judged; that it tries is a reason to
// look at it. Sets about judging turn this check off.
import type { RowCheck } from "../check.ts";

const attempts: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override)\b[^.\n]{0,40}\b(?:previous|above|prior|earlier|all|your|these)\b[^.\n]{0,30}\b(?:instructions?|prompts?|rules|criteria|guidelines)\b/iu,
  /\b(?:rate|score|grade|mark|give|award|assign)\b[^.\n]{0,60}\b(?:row|example|conversation|answer|response|sample|entry|criteri(?:on|a)|field|everything)\b[^.\n]{0,40}\b(?:10|ten)(?:\s?(?:\/|out of)\s?(?:10|ten)|\s?points)?\s*(?:[.!,)\n"]|$)/imu,
  /\b(?:give|award|assign)\b[^.\n]{0,30}\b(?:a |the )?(?:score|rating|mark|grade)s?\b[^.\n]{0,20}\b(?:10|ten|max|maximum|highest|perfect)\b/iu,
  /\b(?:dear|note (?:to|for)|attention|message (?:to|for)|instructions? (?:to|for))\s+(?:the\s+|all\s+)?(?:ai\s+)?(?:judges?|graders?|evaluators?|reviewers?|raters?)\b/iu,
  /\bas (?:the|an?) (?:ai )?(?:judge|grader|evaluator|rater),? (?:you|please)\b/iu,
  /"(?:keep_or_fix|fix_suggestions)"\s*:|"evidence"\s*:\s*"[^"]*",\s*"(?:issue|score)"/u,
  /<\/(?:row|data|answer|question|conversation)[\w-]*>\s*(?:\n|.){0,80}\b(?:score|rate|judge|criteria|instructions?)\b/iu,
];

export const judgeTalk: RowCheck = {
  about: "instructions to the judge inside a row",
  *look({ parts }) {
    for (const { text, field } of parts) {
      const found = attempts.map((one) => one.exec(text)?.[0]).find((one) => one !== undefined);
      if (found === undefined) continue;
      const said = found.length > 60 ? `${found.slice(0, 60)}…` : found;
      yield { field, message: `it speaks to whoever judges it: "${said}"` };
    }
  },
};
