import { useNavigate } from "@tanstack/react-router";
import { inWords } from "@/settings-form";
import { Button, confirm, Dialog } from "@/ui";
import type { Created } from "./changes";
import { CopyLine } from "./copy-line";
import { useText } from "./text";

/** What the provider is to be told, part of which is shown only now. */
export function CreatedDialog({ created }: { created: Created }) {
  const t = useText();
  const navigate = useNavigate();
  const goOn = () => void navigate({ to: "/connections/$connection", params: { connection: created.id } });
  const leave = async () => {
    const { secretsLeave: title, secretsLeaveDetail: detail, goOn: action } = t.create;
    if (secrets.length === 0 || (await confirm({ title, detail, action, danger: true }))) goOn();
  };
  const secrets = Object.entries(created.generated_secrets ?? {});
  return (
    <Dialog
      open
      onOpenChange={() => void leave()}
      title={t.create.doneTitle(created.name)}
      footer={
        <Button variant="primary" onClick={goOn}>
          {t.create.goOn}
        </Button>
      }
    >
      <div className="flex flex-col gap-4 text-sm">
        {created.webhook_url && (
          <>
            <p className="text-muted">{t.create.doneHint}</p>
            <CopyLine label={t.webhook.url} text={created.webhook_url} />
          </>
        )}
        {secrets.length > 0 && (
          <>
            <p className="rounded-md bg-warning-soft px-3 py-2 text-warning">{t.create.secretsOnce}</p>
            {secrets.map(([name, secret]) => (
              <CopyLine key={name} label={inWords(name)} text={secret} />
            ))}
          </>
        )}
      </div>
    </Dialog>
  );
}
