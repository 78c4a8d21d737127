/** Forms from the schemas of plugins. The form itself is loaded when one is shown. */

import { lazy } from "react";

export const SettingsForm = lazy(async () => ({ default: (await import("./settings-form")).SettingsForm }));

export type { FieldError } from "./check/field-error";
export type { FieldOption, OptionsSource, ShownSecret } from "./form/state";
export type { Save } from "./form/use-draft";
export { changeOf } from "./model/change";
export type { JsonObject } from "./model/json";
export { effective, merge, type Origin } from "./model/layers";
export type { Schema } from "./model/schema";
export { inWords } from "./model/words";
