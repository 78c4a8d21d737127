import { renderHook } from "@testing-library/react";
import { ProblemError } from "signalbox-client";
import { expect, it, vi } from "vitest";
import { useGuardedSave } from "./use-guarded-save";

const conflict = new ProblemError({ status: 412, code: "precondition_failed", title: "" } as never);
const shown = { value: { name: "a", seen: 1 }, tag: "1" };

function saving(now: typeof shown) {
  const send = vi.fn(async (_: unknown, over: typeof shown) => {
    if (over.tag !== now.tag) throw conflict;
  });
  const { result } = renderHook(() =>
    useGuardedSave({
      shown,
      latest: async () => now,
      content: ({ name }) => name,
      send,
      prefix: "",
      saved: async () => {},
    }),
  );
  return { save: result.current.save, send };
}

it("sends again where only the tag is another", async () => {
  const now = { value: { name: "a", seen: 2 }, tag: "2" };
  const { save, send } = saving(now);
  expect(await save({ name: "b" })).toEqual([]);
  expect(send).toHaveBeenLastCalledWith({ name: "b" }, now);
});

it("keeps what was written where somebody else has changed the same", async () => {
  const { save, send } = saving({ value: { name: "c", seen: 1 }, tag: "2" });
  expect(await save({ name: "b" })).toBe("kept");
  expect(send).toHaveBeenCalledOnce();
});
