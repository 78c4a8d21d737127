import type { components } from "@/api";

type Schemas = components["schemas"];

export type Conversation = Schemas["Conversation"];
export type ConversationDetail = Schemas["ConversationDetail"];
export type ConversationPage = Schemas["Page_Conversation"];
export type ConversationStatus = Schemas["ConversationStatus"];
export type ConversationType = Schemas["ConversationType"];
export type Event = Schemas["Event"];
export type Message = Schemas["Message"];
export type MessagePage = Schemas["Page_Message"];
export type Priority = Schemas["Priority"];
export type Team = Schemas["Team"];
export type User = Schemas["User"];

export const PRIORITIES: Priority[] = ["low", "normal", "high", "urgent"];
