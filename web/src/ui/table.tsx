/** Rows of one kind. On a narrow screen it scrolls sideways by itself, or leaves out what is `wide`. */

import type { ReactNode } from "react";
import { cx } from "./cx";

export interface Column<Row> {
  key: string;
  header: ReactNode;
  cell: (row: Row) => ReactNode;
  align?: "right";
  /** Left out below 768 px. */
  wide?: boolean;
  /** Classes of the cells, such as a width. */
  className?: string;
}

interface TableProps<Row> {
  /** What the table shows, for screen readers. */
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  /** A click on the row; what it does must also be a link or button in a cell, for keys. */
  onRow?: (row: Row) => void;
  selected?: (row: Row) => boolean;
}

export function Table<Row>({ label, columns, rows, rowKey, onRow, selected }: TableProps<Row>) {
  const cellClass = (column: Column<Row>) =>
    cx(
      "px-3 py-2",
      column.align === "right" ? "text-right" : "text-left",
      column.wide && "max-md:hidden",
      column.className,
    );
  return (
    // Positioned, so that what only screen readers see in a hidden column widens the page no more than the column does.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with keys.
    <section aria-label={label} tabIndex={0} className="relative overflow-x-auto">
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{label}</caption>
        <thead>
          <tr className="border-b border-line">
            {columns.map((column) => (
              <th key={column.key} scope="col" className={cx(cellClass(column), "text-xs font-medium text-muted")}>
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={rowKey(row)}
              aria-selected={selected?.(row)}
              onClick={onRow && (() => onRow(row))}
              className={cx(
                "border-b border-line last:border-b-0",
                onRow && "cursor-pointer hover:bg-hover",
                selected?.(row) && "bg-selected",
              )}
            >
              {columns.map((column) => (
                <td key={column.key} className={cellClass(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
