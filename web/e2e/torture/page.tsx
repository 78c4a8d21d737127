/** Settings forms of every torture schema, outside of the product: built and shown by torture.spec.ts alone. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { flushSync } from "react-dom";
import { createRoot, type Root } from "react-dom/client";
import { judgeBy } from "@/settings-form/check/judge";
import type { JsonObject } from "@/settings-form/model/json";
import type { Schema } from "@/settings-form/model/schema";
import { SettingsForm } from "@/settings-form/settings-form";
import { generated, type TortureCase, written } from "@/settings-form/torture/suite";

export interface Torture {
  names: string[];
  /** The names of the forms that change what they were given, or cannot be shown. */
  changing: () => Promise<string[]>;
  /** Shows a form with what its first case that fits has set. */
  show: (name: string) => void;
  /** Shows a form of settings that do not exist yet. */
  showNew: (name: string) => void;
  /** What was saved last. */
  saved: JsonObject | undefined;
}

declare global {
  interface Window {
    torture: Torture;
  }
}

interface Form {
  name: string;
  schema: Schema;
  cases: TortureCase[];
}

const FORMS: Form[] = [
  ...written.map(([name, { schema, cases }]) => ({ name, schema, cases })),
  ...generated.map(({ schema, cases }, place) => ({ name: `generated ${place}`, schema, cases })),
];

let root: Root | undefined;

function render(schema: Schema, values: JsonObject, isNew: boolean): void {
  root?.unmount();
  window.torture.saved = undefined;
  root = createRoot(document.getElementById("root") as HTMLElement);
  const shown = root;
  const onSave = async (change: JsonObject) => {
    window.torture.saved = change;
    return [];
  };
  flushSync(() =>
    shown.render(
      <QueryClientProvider client={new QueryClient()}>
        <SettingsForm
          schema={schema}
          values={values}
          origins={{}}
          tenant={{}}
          secrets={{}}
          isNew={isNew}
          onSave={onSave}
        />
      </QueryClientProvider>,
    ),
  );
}

function settingsOf({ schema, cases }: Form): JsonObject[] {
  const judge = judgeBy(schema);
  return cases
    .filter(({ errors, secrets }) => errors.length === 0 && !secrets?.length)
    .map(({ own = {}, tenant = {}, change }) => judge.change({ own, tenant, secrets: new Set() }, change).settings);
}

const formOf = (name: string) => FORMS.find((form) => form.name === name) as Form;
const drawn = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
const isUnchanged = () => document.querySelector<HTMLButtonElement>("button[type=submit]")?.disabled === true;

window.torture = {
  names: FORMS.map(({ name }) => name),
  changing: async () => {
    const changing = [];
    for (const form of FORMS) {
      for (const values of settingsOf(form)) {
        render(form.schema, values, false);
        await drawn();
        if (!isUnchanged()) changing.push(`${form.name}: ${JSON.stringify(values)}`);
      }
    }
    return changing;
  },
  show: (name) => {
    const form = formOf(name);
    render(form.schema, settingsOf(form)[0] ?? {}, false);
  },
  showNew: (name) => render(formOf(name).schema, {}, true),
  saved: undefined,
};
