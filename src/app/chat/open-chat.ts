// Opens a conversation: the model loaded bare, an adapter beside it, so that both can answer.
import { loadModel, type LoadModelOptions } from "../../generate/load-model.ts";
import { namedModel } from "../../generate/named-model.ts";
import { type ChatOptions, ChatSession } from "./chat-session.ts";

export interface OpenChatOptions
  extends ChatOptions, Pick<LoadModelOptions, "onDownload" | "loadIn4bit"> {
  adapter?: string | undefined;
}

/** Bytes of conversations that need not be read again. */
const keptBytes = 1 << 30;

/** @throws what `loadModel` throws, and FtError of src/adapters. */
export async function openChat(
  name: string,
  { adapter: given, loadIn4bit, onDownload, ...options }: OpenChatOptions,
): Promise<{ session: ChatSession; warnings: readonly string[]; close: () => void }> {
  const named = await namedModel(name, undefined);
  const adapter = given ?? named.adapter;
  const engine = { prefixBytes: keptBytes, keepsAnswers: true };
  const model = await loadModel(named.base, { loadIn4bit, onDownload, engine });
  const close = (): void => model.dispose();
  try {
    const session = new ChatSession(model, options);
    const warnings = adapter === undefined ? [] : await session.addAdapter("tuned", adapter);
    return { session, warnings: [...model.warnings, ...warnings], close };
  } catch (error) {
    close();
    throw error;
  }
}
