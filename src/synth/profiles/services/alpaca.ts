// Alpaca rows by themselves.
import { alpaca as form } from "../forms/alpaca.ts";
import type { Profile } from "../profile.ts";
import { llamaFactory } from "./llama-factory.ts";

export const alpaca: Profile = { ...llamaFactory, about: "Alpaca", forms: [form] };
