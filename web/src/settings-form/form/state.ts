/** What the fields of a form know of it, beside their own value. */

import { createContext, useContext } from "react";
import type { FieldError } from "../check/field-error";
import type { Json } from "../model/json";
import type { Origin } from "../model/layers";
import { isWithin, type Path, toPointer } from "../model/pointer";
import type { Schema } from "../model/schema";

/** What is shown of a stored secret. */
export interface ShownSecret {
  set: boolean;
  updated_at?: string | null;
}

/** A choice that the plugin has looked up. */
export interface FieldOption {
  value: string;
  label: string;
  description?: string;
}

/** Where choices come from that only the plugin knows. */
export interface OptionsSource {
  /** What the answers are kept under. */
  key: readonly unknown[];
  load(pointer: string, search: string, signal: AbortSignal): Promise<FieldOption[]>;
}

export interface FormState {
  /** The schema as it is written, for what references lead to. */
  root: Schema;
  errors: FieldError[];
  /** Where the value of a field comes from; absent where no layers are shown. */
  origin(pointer: string): Origin | undefined;
  /** Whether an own value could give way to an inherited one. */
  canReset(pointer: string): boolean;
  isReset(pointer: string): boolean;
  reset(pointer: string): void;
  secret(pointer: string): ShownSecret | undefined;
  options?: OptionsSource;
  /** Why there is none: the connection is about to be made, or these settings are those of all of them. */
  noOptions?: "created" | "shared";
  /** Those of the names beside a field that were changed and not saved. */
  unsavedBeside(pointer: string, names: string[]): string[];
  set(path: Path, value: Json | undefined): void;
  /** Says whether what stands in a field could not be read as a value at all. */
  setUnreadable(pointer: string, unreadable: boolean): void;
}

export const FormContext = createContext<FormState | null>(null);

export function useFormState(): FormState {
  const state = useContext(FormContext);
  if (!state) throw new Error("a field outside of a settings form");
  return state;
}

/** The errors at one place. */
export function errorsAt(state: FormState, path: Path): FieldError[] {
  const pointer = toPointer(path);
  return state.errors.filter((error) => error.pointer === pointer);
}

/** The errors at one place and at everything in it, for fields that show a whole value. */
export function errorsWithin(state: FormState, path: Path): FieldError[] {
  const pointer = toPointer(path);
  return state.errors.filter((error) => isWithin(error.pointer, pointer));
}

/** Errors of members that have no field of their own: they are shown where the field would be. */
export function errorsElsewhere(state: FormState, path: Path, shown: (string | number)[]): FieldError[] {
  const covered = shown.map((name) => toPointer([...path, name]));
  return errorsWithin(state, path).filter(
    (error) => error.pointer !== toPointer(path) && !covered.some((pointer) => isWithin(error.pointer, pointer)),
  );
}
