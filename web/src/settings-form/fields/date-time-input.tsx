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
      onChange={({ target }) => onValueChange(target.value === "" ? "" : new Date(target.value).toISOString())}
    />
  );
}

function toLocal(value: string): string | undefined {
  const moment = new Date(value);
  if (Number.isNaN(moment.getTime())) return undefined;
  const shifted = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}
