import { Link } from "@tanstack/react-router";
import { useMay } from "@/api";
import { useConnections } from "./connections";

/** A connection by its name, and the way there for whoever may go it. */
export function ConnectionLink({ id }: { id: string }) {
  const may = useMay();
  const name = useConnections().get(id)?.name ?? id;
  if (!may("manage_connections")) return <span className="break-all">{name}</span>;
  return (
    <Link to="/connections/$connection" params={{ connection: id }} className="text-accent-ink hover:underline">
      {name}
    </Link>
  );
}
