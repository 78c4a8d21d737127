import { Page } from "@/ui";
import { DeliveryLog } from "./delivery-log";
import { ConnectionsTabs } from "./tabs";
import { useText } from "./text";

/** What providers have posted, to all connections. */
export function DeliveriesPage() {
  const t = useText();
  return (
    <Page title={t.title} description={t.description} bar={<ConnectionsTabs />}>
      <DeliveryLog />
    </Page>
  );
}
