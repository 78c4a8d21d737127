import { useQuery } from "@tanstack/react-query";
import { templatesQuery } from "../queries";
import { previewOf, valuesIn } from "./template-variables";

interface TemplateContent {
  name: string;
  language: string;
  components?: unknown[];
}

/** What the customer will read of a template that is on its way; its name, where the template is not known. */
export function useTemplateWords(connectionId: string | null | undefined, content: TemplateContent | undefined) {
  const { data } = useQuery({ ...templatesQuery(connectionId ?? ""), enabled: Boolean(connectionId && content) });
  if (!content) return undefined;
  const template = data?.items.find(({ name, language }) => name === content.name && language === content.language);
  return (template && previewOf(template, valuesIn(template, content.components ?? []))) || content.name;
}
