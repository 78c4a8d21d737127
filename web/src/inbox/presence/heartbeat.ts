import { useHeartbeat } from "./use-watching";

/** Says how the person is there, for as long as it stands in the page. Nothing of the first load waits for it. */
export default function Heartbeat() {
  useHeartbeat();
  return null;
}
