import { Button, ErrorNote } from "@/ui";
import { useText } from "./text";
import type { ConflictState } from "./use-guarded-save";

/** Somebody else has saved meanwhile: whose settings are to be? */
export function Conflict({ takeTheirs, saveMine, error }: ConflictState) {
  const t = useText();
  return (
    <div role="alert" className="flex flex-col gap-2 rounded-md bg-warning-soft px-3 py-2 text-sm">
      <p>
        <span className="font-medium text-warning">{t.settings.conflictTitle}</span> {t.settings.conflictDetail}
      </p>
      {error !== undefined && <ErrorNote error={error} />}
      <div className="flex flex-wrap gap-2">
        <Button size="sm" onClick={() => void takeTheirs()}>
          {t.settings.theirs}
        </Button>
        <Button size="sm" onClick={() => void saveMine()}>
          {t.settings.mine}
        </Button>
      </div>
    </div>
  );
}
