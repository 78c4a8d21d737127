import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Users } from "lucide-react";
import { buttonClass } from "@/ui";
import { useConversationText } from "../conversation-text";
import { overviewQuery } from "../queries";

/** Others who may be this customer, such as one whom the shop has told of: looked at and merged on the contact's page. */
export function Suggestions({ contactId }: { contactId: string }) {
  const t = useConversationText();
  const suggestions = useQuery(overviewQuery(contactId)).data?.suggestions ?? [];
  if (suggestions.length === 0) return null;
  return (
    <div className="flex items-center gap-2 border-b border-line bg-warning-soft px-4 py-2 text-sm text-warning">
      <Users aria-hidden className="size-4 shrink-0" />
      <p className="min-w-0 flex-1">{t.maySame(suggestions.length)}</p>
      <Link to="/contacts/$contactId" params={{ contactId }} className={buttonClass("secondary", "sm")}>
        {t.look}
      </Link>
    </div>
  );
}
