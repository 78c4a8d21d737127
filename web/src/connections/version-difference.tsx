import type { ReactNode } from "react";
import type { components } from "@/api";
import { Badge } from "@/ui";
import { Capabilities } from "./capabilities";
import { useText } from "./text";

type Difference = components["schemas"]["VersionDifference"];
type FieldDifference = components["schemas"]["FieldDifference"];

/** What another version of a plugin may do and asks for, beside the one that is in use. */
export function VersionDifference({ difference }: { difference: Difference }) {
  const t = useText();
  const { added, removed, changed } = difference;
  const fields = [...difference.settings, ...difference.endpoint_settings];
  if (added.length + removed.length + changed.length + fields.length === 0) {
    return <p className="text-sm text-muted">{t.version.nothing}</p>;
  }
  return (
    <div className="flex flex-col gap-4">
      {added.length > 0 && (
        <Part title={t.version.added} tone="border-warning">
          <Capabilities capabilities={added} />
        </Part>
      )}
      {removed.length > 0 && (
        <Part title={t.version.removed}>
          <Capabilities capabilities={removed} />
        </Part>
      )}
      {changed.length > 0 && (
        <Part title={t.version.changed}>
          <p className="text-sm text-muted">{changed.map((part) => t.version.parts[part] ?? part).join(", ")}</p>
        </Part>
      )}
      {fields.length > 0 && (
        <Part title={t.version.fields}>
          <ul className="flex flex-col gap-1 text-sm">
            {fields.map((field) => (
              <li key={field.pointer + field.change}>
                <Field field={field} />
              </li>
            ))}
          </ul>
        </Part>
      )}
    </div>
  );
}

function Part({ title, tone = "border-line", children }: { title: string; tone?: string; children: ReactNode }) {
  return (
    <section className={`rounded-md border px-4 py-3 ${tone}`}>
      <h3 className="mb-2 text-sm font-semibold">{title}</h3>
      {children}
    </section>
  );
}

function Field({ field }: { field: FieldDifference }) {
  const t = useText();
  const words = { added: t.version.fieldAdded, removed: t.version.fieldRemoved, changed: t.version.fieldChanged };
  return (
    <span className="flex flex-wrap items-center gap-2">
      <code className="break-all">{field.pointer || "/"}</code>
      <Badge tone={field.change === "added" ? "accent" : "neutral"}>{words[field.change]}</Badge>
      {field.change === "added" && field.required && <Badge tone="warning">{t.version.required}</Badge>}
    </span>
  );
}
