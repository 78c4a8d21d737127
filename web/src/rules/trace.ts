/** What a logged run says, as `rules/src/evaluation.rs` writes it. The API gives it as an object of no type. */

export type ConditionTrace =
  | { kind: "all" | "any"; result: boolean; of: ConditionTrace[] }
  | { kind: "not"; result: boolean; of: ConditionTrace }
  | { kind: "test"; result: boolean; fact: string; op: string; expected: unknown; actual: unknown };

export interface Trace {
  trigger: { fired: boolean; reason: string; keyword?: string };
  conditions: ConditionTrace | null;
  notes: { pointer: string; message: string }[];
}

/** One action of a run, and what came of it. */
export interface DoneAction {
  index: number;
  type: string;
  outcome:
    | { ok: true; result: { changed?: boolean; message_id?: string; action_run_id?: string } }
    | { ok: false; code: string; error: string };
}
