// A thread that makes sketches of blocks of rows.
import { serveThread } from "../../../core/serve-thread.ts";
import { blockSketcher, sketchedBuffers } from "./sketch-block.ts";

serveThread(blockSketcher, sketchedBuffers);
