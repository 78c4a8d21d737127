import type { Conversation } from "../types";

export interface Draft {
  title: string;
  description: string;
  category: string;
  brand: string;
  is_private: boolean;
  custom_attributes: Record<string, unknown>;
}

export function draftOf(conversation: Conversation): Draft {
  const { title, description, category, brand, is_private, custom_attributes } = conversation;
  return {
    title: title ?? "",
    description: description ?? "",
    category: category ?? "",
    brand: brand ?? "",
    is_private: is_private ?? false,
    custom_attributes: custom_attributes as Record<string, unknown>,
  };
}

/** What is different, as the server takes it: what is empty is nothing, and what is not named stays. */
export function changed(before: Draft, after: Draft): Record<string, unknown> {
  const change: Record<string, unknown> = {};
  for (const name of ["title", "description", "category", "brand"] as const) {
    const text = after[name].trim();
    if (text !== before[name].trim()) change[name] = text || null;
  }
  if (after.is_private !== before.is_private) change.is_private = after.is_private;
  const attributes = Object.entries(after.custom_attributes).filter(
    ([key, value]) => JSON.stringify(value ?? null) !== JSON.stringify(before.custom_attributes[key] ?? null),
  );
  if (attributes.length > 0) change.custom_attributes = Object.fromEntries(attributes);
  return change;
}
