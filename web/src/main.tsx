import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./theme/theme.css";

const root = document.getElementById("root");
if (!root) {
  throw new Error("index.html has no #root");
}
createRoot(root).render(
  <StrictMode>
    <h1>Signalbox</h1>
  </StrictMode>,
);
