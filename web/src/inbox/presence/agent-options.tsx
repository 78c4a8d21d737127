import { Avatar, type ComboboxOption } from "@/ui";
import { useAgents, usePresence } from "../agents";

/** People to choose from, each with how they are there and what they say about it. */
export function useAgentOptions(): ComboboxOption[] {
  const presence = usePresence();
  return useAgents().map(({ id, name }) => ({
    value: id,
    label: name,
    hint: presence.get(id)?.text,
    icon: <Avatar name={name} size="sm" presence={presence.get(id)?.status} />,
  }));
}
