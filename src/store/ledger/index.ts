// What costs: calls, kept answers, budgets.
export { type Budget, readBudget, setBudget } from "./budgets.ts";
export {
  answerCall,
  forgetAnswersOf,
  beginCall,
  type BegunCall,
  type CallAnswer,
  type CallContent,
  callKey,
  failCall,
  forgetAnswers,
  forgetExpired,
  keptAnswer,
  type NewCall,
  type Spending,
  spendingOf,
} from "./calls.ts";
export { BudgetExhausted, dollars } from "./ledger-errors.ts";
export { type PaidAnswer, paidOnce, type PaidOnceOptions } from "./paid-once.ts";
