// A document whose conversations are known: what the benchmark compares findings with.

export interface GoldMessage {
  readonly role: "user" | "assistant" | "system";
  readonly spans: [number, number][];
}

export interface GoldConversation {
  readonly messages: readonly GoldMessage[];
}

export interface GoldDocument {
  readonly name: string;
  /** The surface form it is written in. */
  readonly form: string;
  readonly language: string;
  readonly text: string;
  readonly conversations: readonly GoldConversation[];
}
