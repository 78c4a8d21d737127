import { useQuery } from "@tanstack/react-query";
import { templatesQuery } from "../queries";
import { previewOf, valuesIn } from "./template-variables";

interface TemplateWordsProps {
  connectionId: string;
  content: { name: string; language: string; components?: unknown[] };
}

/** What the customer will read of a template that is on its way; its name, where the template is not known. */
export function TemplateWords({ connectionId, content }: TemplateWordsProps) {
  const { data } = useQuery({ ...templatesQuery(connectionId), enabled: connectionId !== "" });
  const template = data?.items.find(({ name, language }) => name === content.name && language === content.language);
  return (template && previewOf(template, valuesIn(template, content.components ?? []))) || content.name;
}
