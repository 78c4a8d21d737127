import { lazy } from "react";

/** Sends a template; loaded when somebody wants to. */
export const TemplateDialog = lazy(() =>
  import("./template-dialog").then((module) => ({ default: module.TemplateDialog })),
);
