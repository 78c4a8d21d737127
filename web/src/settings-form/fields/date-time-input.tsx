import { Input } from "@/ui";

interface Props {
  value: string;
  onValueChange: (value: string) => void;
  disabled?: boolean;
  readOnly?: boolean;
  placeholder?: string;
}

/** A moment, picked in the person's own time and kept in UTC. One that the picker cannot show is a text. */
export function DateTimeInput({ value, onValueChange, ...rest }: Props) {
  const local = value === "" ? "" : toLocal(value);
  if (local === undefined) {
    return <Input {...rest} value={value} onChange={(event) => onValueChange(event.target.value)} />;
  }
  return (
    <Input
      {...rest}
      type="datetime-local"
      step={1}
      value={local}
      onChange={({ target }) => onValueChange(target.value === "" ? "" : toUtc(target.value))}
    />
  );
}

/** Whole seconds in UTC, as the picker itself writes them: any other spelling would be lost in it. */
const PICKED = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

function toLocal(value: string): string | undefined {
  const moment = new Date(value);
  if (!PICKED.test(value) || Number.isNaN(moment.getTime())) return undefined;
  const shifted = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}

function toUtc(local: string): string {
  return new Date(local).toISOString().replace(/\.\d+Z$/, "Z");
}
