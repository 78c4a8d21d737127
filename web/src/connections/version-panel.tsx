import { useMutation, useQuery } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/api";
import { Button, confirm, ErrorNote, toast } from "@/ui";
import { rollBack } from "./changes";
import { Panel } from "./panel";
import { type Connection, pluginQuery, refreshConnections } from "./queries";
import { useText } from "./text";
import { UpgradeDialog } from "./upgrade-dialog";

/** Which version of the plugin speaks for a connection, and the way to another one and back. */
export function VersionPanel({ connection }: { connection: Connection }) {
  const t = useText();
  const may = useMay();
  const { data: plugin } = useQuery(pluginQuery(connection.plugin_id));
  const [isChanging, setIsChanging] = useState(false);
  const back = useMutation({
    mutationFn: () => rollBack(connection.id),
    onSuccess: () => toast({ title: t.version.rolledBack }),
    onSettled: refreshConnections,
  });
  const current = connection.plugin_version;
  const others = plugin?.versions.map(({ version }) => version).filter((version) => version !== current) ?? [];
  const newest = plugin?.versions[0]?.version;
  const askAndGoBack = async () => {
    const { rollbackTitle: title, rollbackDetail: detail, rollback: action } = t.version;
    if (await confirm({ title, detail, action })) back.mutate();
  };
  return (
    <Panel
      title={t.version.title}
      actions={
        may("manage_connections") &&
        others.length > 0 && (
          <Button size="sm" variant={newest === current ? "secondary" : "primary"} onClick={() => setIsChanging(true)}>
            {t.version.change}
          </Button>
        )
      }
    >
      <p>
        {t.version.current(current)}{" "}
        <span className="text-muted">
          {newest === undefined || newest === current ? t.version.newest : t.version.available(newest)}
        </span>
      </p>
      {others.length > 0 && (
        <Button
          size="sm"
          variant="ghost"
          icon={<Undo2 />}
          className="self-start"
          busy={back.isPending}
          onClick={() => void askAndGoBack()}
        >
          {t.version.rollback}
        </Button>
      )}
      {back.error && <ErrorNote error={back.error} />}
      {isChanging && <UpgradeDialog connection={connection} versions={others} onClose={() => setIsChanging(false)} />}
    </Panel>
  );
}
