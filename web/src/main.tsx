import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "@/app";
import { language } from "@/i18n";
import { startTheme } from "@/theme/theme";
import "./theme/theme.css";

const root = document.getElementById("root");
if (!root) {
  throw new Error("index.html has no #root");
}
startTheme();
document.documentElement.lang = language();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
