// @vitest-environment node

import { describe, expect, it } from "vitest";
import { generated, type TortureCase, written } from "../torture/suite";
import type { FieldError } from "./field-error";
import { judgeBy } from "./judge";

function told(errors: FieldError[]): string[] {
  return errors.map(({ pointer, code }) => `${pointer} ${code}`).sort();
}

function expected(errors: [string, string][]): string[] {
  return errors.map(([pointer, code]) => `${pointer} ${code}`).sort();
}

function verdict(judge: ReturnType<typeof judgeBy>, { own = {}, tenant = {}, secrets = [], change }: TortureCase) {
  return judge.change({ own, tenant, secrets: new Set(secrets) }, change);
}

describe.each(written)("the browser judges as the server: %s", (_, { schema, cases, shared = [] }) => {
  const judge = judgeBy(schema);

  it.each(cases)("$change", (one) => {
    const { errors, settings } = verdict(judge, one);
    expect(told(errors)).toEqual(expected(one.errors));
    if (one.settings !== undefined) expect(settings).toEqual(one.settings);
  });

  it.each(shared)("shared: $settings", ({ settings, errors }) => {
    expect(told(judge.shared(settings))).toEqual(expected(errors));
  });
});

it.each(generated)("the browser judges as the server: $schema", ({ schema, cases }) => {
  const judge = judgeBy(schema);
  for (const one of cases) {
    const { errors, settings } = verdict(judge, one);
    expect({ change: one.change, errors: told(errors) }).toEqual({ change: one.change, errors: expected(one.errors) });
    if (one.settings !== undefined) expect(settings).toEqual(one.settings);
  }
});
