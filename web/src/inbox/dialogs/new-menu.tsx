import { Hash, MessageCircle, Plus, Ticket, User } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { IconButton, Menu, MenuItem } from "@/ui";
import { useConversationText } from "../conversation-text";

const dialogs = {
  customer: lazy(() => import("./new-support").then((module) => ({ default: module.NewSupport }))),
  channel: lazy(() => import("./new-channel").then((module) => ({ default: module.NewChannel }))),
  direct: lazy(() => import("./new-direct").then((module) => ({ default: module.NewDirect }))),
  ticket: lazy(() => import("./new-ticket").then((module) => ({ default: module.NewTicket }))),
};

/** Begins a conversation of any type. */
export function NewMenu() {
  const t = useConversationText();
  const [opened, setOpened] = useState<keyof typeof dialogs>();
  const Opened = opened && dialogs[opened];
  return (
    <>
      <Menu trigger={<IconButton label={t.newConversation} icon={<Plus />} />} align="end">
        <MenuItem icon={<MessageCircle />} onSelect={() => setOpened("customer")}>
          {t.newSupport}
        </MenuItem>
        <MenuItem icon={<User />} onSelect={() => setOpened("direct")}>
          {t.newDirect}
        </MenuItem>
        <MenuItem icon={<Hash />} onSelect={() => setOpened("channel")}>
          {t.newChannel}
        </MenuItem>
        <MenuItem icon={<Ticket />} onSelect={() => setOpened("ticket")}>
          {t.newTicket}
        </MenuItem>
      </Menu>
      <Suspense>{Opened && <Opened onClose={() => setOpened(undefined)} />}</Suspense>
    </>
  );
}
