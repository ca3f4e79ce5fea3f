// What identifying came to, source by source and rule by rule. Plain data.

export interface RuleCount {
  conversations: number;
  messages: number;
}

export interface SourceFindings {
  readonly source: string;
  readonly kind: string;
  /** Of its text, in UTF-16 units. */
  characters: number;
  conversations: number;
  messages: number;
  /** Characters in messages. */
  said: number;
  rules: Record<string, RuleCount>;
}

export interface Dropped {
  /** Slices that were not what they said they were. */
  notVerbatim: number;
  /** Of fewer messages than wanted. */
  tooShort: number;
  /** Of which a rule was not sure enough. */
  unsure: number;
}

export interface Conflict {
  readonly kept: string;
  readonly lost: string;
  conversations: number;
}

export interface ModelUse {
  calls: number;
  conversations: number;
  /** Answers that were no ranges of the lines shown, and rows of them that were none. */
  rejected: number;
}

export interface IdentifyReport {
  readonly conversations: number;
  readonly messages: number;
  readonly sources: readonly SourceFindings[];
  readonly dropped: Dropped;
  /** Rules that claimed one text, and which of them had it. */
  readonly conflicts: readonly Conflict[];
  readonly model: ModelUse;
}
