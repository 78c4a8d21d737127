import { lazy } from "react";

/** Sends a template; loaded when somebody wants to. */
export const TemplateDialog = lazy(() =>
  import("./template-dialog").then((module) => ({ default: module.TemplateDialog })),
);

/** What a template says; loaded when one is on its way. */
export const TemplateWords = lazy(() =>
  import("./template-words").then((module) => ({ default: module.TemplateWords })),
);
