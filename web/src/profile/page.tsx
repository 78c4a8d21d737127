/** One's own account. Whoever must set up a second factor first sees nothing but that. */

import { TriangleAlert } from "lucide-react";
import { useMe } from "@/api";
import { Page } from "@/ui";
import { Looks } from "./looks";
import { Password } from "./password";
import { Person } from "./person";
import { SecondFactor } from "./second-factor";
import { Sessions } from "./sessions";
import { useText } from "./text";

export function ProfilePage() {
  const t = useText();
  const { must_set_up_second_factor: must } = useMe();
  return (
    <Page title={t.title} description={t.description} width="narrow">
      {must && (
        <p
          role="alert"
          className="mb-6 flex items-center gap-2 rounded-md bg-warning-soft px-3 py-2 text-sm text-warning"
        >
          <TriangleAlert aria-hidden className="size-4 shrink-0" />
          {t.factor.required}
        </p>
      )}
      {!must && <Person />}
      <SecondFactor />
      {!must && (
        <>
          <Password />
          <Sessions />
        </>
      )}
      <Looks />
    </Page>
  );
}
