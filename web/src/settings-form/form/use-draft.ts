/** What a person has changed and not saved yet: the values, what is wrong with them, and how to save or forget them. */

import { useMemo, useState } from "react";
import type { FieldError } from "../check/field-error";
import { judgeBy } from "../check/judge";
import { changeOf } from "../model/change";
import { equal, isObject, type Json, type JsonObject, toJson, withoutMethods } from "../model/json";
import { effective, type Origin, ownPart } from "../model/layers";
import { isWithin, toPointer, valueAt, withValueAt } from "../model/pointer";
import type { Schema } from "../model/schema";
import { begun } from "./start";
import type { ShownSecret } from "./state";

export interface Layers {
  schema: Schema;
  /** The settings in force, without secrets. */
  values: JsonObject;
  /** Where each of them comes from. */
  origins: Record<string, Origin>;
  /** What the tenant gives all its connections. */
  tenant: JsonObject;
  secrets: Record<string, ShownSecret>;
  /** Settings that do not exist yet: what they cannot be without is begun. */
  isNew?: boolean;
  /** The form is about what the tenant gives: parts will do, and all of it is saved at once. */
  shared?: boolean;
}

/** Saves; what is wrong comes back, or that nothing was saved and the form is to stay as it is. Anything else is thrown. */
export type Save = (change: JsonObject) => Promise<FieldError[] | "kept">;

export interface Draft {
  data: JsonObject;
  inherited: JsonObject;
  errors: FieldError[];
  resets: ReadonlySet<string>;
  isDirty: boolean;
  isSaving: boolean;
  /** Why saving failed, if not because of a field. */
  failure: unknown;
  change(data: unknown): void;
  reset(pointer: string): void;
  setUnreadable(pointer: string, unreadable: boolean): void;
  discard(): void;
  /** Whether it was saved. */
  save(): Promise<boolean>;
}

export function useDraft(layers: Layers, onSave: Save): Draft {
  const { schema, values, tenant, secrets, isNew = false, shared = false } = layers;
  const judge = useMemo(() => judgeBy(schema), [schema]);
  const first = useMemo(() => (isNew ? begun(schema, values, schema) : values), [isNew, schema, values]);
  const [data, setData] = useState<JsonObject>(first);
  const [resets, setResets] = useState<ReadonlySet<string>>(new Set());
  const [refused, setRefused] = useState<FieldError[]>([]);
  const [unreadable, setUnreadable] = useState<ReadonlySet<string>>(new Set());
  const [failure, setFailure] = useState<unknown>();
  const [hasTried, setHasTried] = useState(false);
  const [isSaving, setIsSaving] = useState(false);

  const inherited = useMemo(() => effective(schema, {}, shared ? {} : tenant), [schema, tenant, shared]);
  const json = useMemo(() => toJson(data) as JsonObject, [data]);
  const change = useMemo(() => changeOf(values, json, resets), [values, json, resets]);
  const judged = useMemo(() => {
    if (shared) return judge.shared(json);
    const set = Object.entries(secrets).filter(([, secret]) => secret.set);
    const stored = { own: ownPart(values, layers.origins), tenant, secrets: new Set(set.map(([name]) => name)) };
    return judge.change(stored, change).errors;
  }, [judge, shared, json, secrets, values, layers.origins, tenant, change]);
  const isDirty = resets.size > 0 || Object.keys(changeOf(first, json)).length > 0;

  const touch = (pointers: string[]) => {
    const touched = (pointer: string) => pointers.some((at) => isWithin(pointer, at) || isWithin(at, pointer));
    setRefused((errors) => errors.filter((error) => !touched(error.pointer)));
    setResets((all) => new Set([...all].filter((pointer) => !touched(pointer))));
    setFailure(undefined);
  };
  return {
    data,
    inherited,
    resets,
    isDirty,
    isSaving,
    failure,
    errors: [...(hasTried ? judged : []), ...refused, ...[...unreadable].map((pointer) => ({ pointer, code: "json" }))],
    change: (said) => {
      const next = withoutMethods(said, json);
      const changed = changeOf(json, toJson(next) as JsonObject);
      if (Object.keys(changed).length > 0) touch(leaves(changed));
      // The engine reports what it was given as a change wherever a member is called `constructor`, without end.
      if (!equal(next, data)) setData(next as JsonObject);
    },
    reset: (pointer) => {
      touch([pointer]);
      setData(withValueAt(json, pointer, valueAt(inherited, pointer) as Json | undefined));
      setResets((all) => new Set([...all, pointer]));
    },
    setUnreadable: (pointer, is) =>
      setUnreadable((all) => {
        if (all.has(pointer) === is) return all;
        return new Set(is ? [...all, pointer] : [...all].filter((other) => other !== pointer));
      }),
    discard: () => {
      setData(first);
      setResets(new Set());
      setRefused([]);
      setFailure(undefined);
      setUnreadable(new Set());
      setHasTried(false);
    },
    save: async () => {
      setHasTried(true);
      setFailure(undefined);
      if (judged.length > 0 || unreadable.size > 0) return false;
      setIsSaving(true);
      try {
        const errors = await onSave(shared ? json : change);
        setRefused(errors === "kept" ? [] : errors);
        return errors.length === 0;
      } catch (error) {
        setFailure(error);
        return false;
      } finally {
        setIsSaving(false);
      }
    },
  };
}

/** The pointers of what a change changes. */
function leaves(change: Json, path: string[] = []): string[] {
  if (!isObject(change) || Object.keys(change).length === 0) return [toPointer(path)];
  return Object.entries(change).flatMap(([name, member]) => leaves(member, [...path, name]));
}
