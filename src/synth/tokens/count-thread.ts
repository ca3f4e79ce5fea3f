// A thread that counts tokens of blocks of rows.
import { serveThread } from "../../core/serve-thread.ts";
import { blockCounter } from "./count-block.ts";

serveThread(blockCounter);
