/** Changing the version of a connection's plugin: what it may do then is seen, and agreed to, before. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { components } from "@/api";
import { Button, Checkbox, Dialog, ErrorNote, ErrorState, Field, Select, SkeletonRows, toast } from "@/ui";
import { useGuardedClose } from "@/unsaved";
import { upgrade } from "./changes";
import { NeededSettings } from "./needed-settings";
import { type Connection, refreshConnections, upgradeQuery } from "./queries";
import { useText } from "./text";
import { VersionDifference } from "./version-difference";

type Upgrade = components["schemas"]["UpgradeConnection"];

interface Props {
  connection: Connection;
  versions: string[];
  onClose: () => void;
}

export function UpgradeDialog({ connection, versions, onClose }: Props) {
  const t = useText();
  const [to, setTo] = useState(versions[0] ?? "");
  const guard = useGuardedClose(onClose);
  const [hasAgreed, setHasAgreed] = useState(false);
  const preview = useQuery(upgradeQuery(connection.id, to));
  const { data } = preview;
  const consent = data?.difference.added.map(({ id }) => id) ?? [];
  const mayGoOn = data !== undefined && (consent.length === 0 || hasAgreed);
  const needsMore = data !== undefined && data.settings_errors.length + data.endpoint_errors.length > 0;
  const changing = useMutation({
    mutationFn: (more: Partial<Upgrade>) => upgrade(connection.id, { to, consent, ...more }),
    onSuccess: async () => {
      toast({ title: t.version.upgraded(to) });
      onClose();
      await refreshConnections();
    },
  });
  return (
    <Dialog
      open
      size="lg"
      onOpenChange={guard.onClose}
      title={t.version.change}
      footer={
        !needsMore && (
          <Button variant="primary" disabled={!mayGoOn} busy={changing.isPending} onClick={() => changing.mutate({})}>
            {t.version.upgrade(to)}
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-4">
        {versions.length > 1 && (
          <Field label={t.version.to}>
            <Select
              value={to}
              onValueChange={(next) => {
                setTo(next);
                setHasAgreed(false);
                guard.onDirtyChange(false);
              }}
              options={versions.map((version) => ({ value: version, label: version }))}
            />
          </Field>
        )}
        {preview.error ? (
          <ErrorState error={preview.error} retry={preview.refetch} />
        ) : !data ? (
          <SkeletonRows rows={3} />
        ) : (
          <>
            <VersionDifference difference={data.difference} />
            {consent.length > 0 && (
              <Checkbox label={t.version.consent} checked={hasAgreed} onCheckedChange={setHasAgreed} />
            )}
            {needsMore && mayGoOn && (
              <NeededSettings
                connection={connection}
                to={to}
                needsEndpoint={data.endpoint_errors.length > 0}
                upgrade={(more) => changing.mutateAsync(more)}
                onDirtyChange={guard.onDirtyChange}
              />
            )}
          </>
        )}
        {changing.error && !needsMore && <ErrorNote error={changing.error} />}
      </div>
    </Dialog>
  );
}
