//! Tables for people.

use chrono::{DateTime, Utc};

/// Columns of text, as wide as they need to be.
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these heads.
    pub fn new(heads: &[&str]) -> Self {
        Self { rows: vec![heads.iter().map(|head| (*head).to_owned()).collect()] }
    }

    /// Adds a row. What would break the line or the terminal is shown as a space.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into_iter().map(|cell| cell.replace(char::is_control, " ")).collect());
    }

    /// The lines. The last column is not filled up.
    pub fn lines(&self) -> Vec<String> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            self.rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        self.rows.iter().map(line).collect()
    }

    /// Prints it.
    pub fn print(&self) {
        for line in self.lines() {
            println!("{line}");
        }
    }
}

/// A length of time in its largest unit that gives at least two: `90s`, `5m`, `47h`, `3d`.
pub fn length(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds}s"),
        120..7_200 => format!("{}m", seconds / 60),
        7_200..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// How long ago it was.
pub fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    length((now - at).num_seconds().max(0))
}

/// At most so many characters.
pub fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A value, or a dash.
pub fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_keep_to_their_line() {
        let mut table = Table::new(&["LANE", "READY"]);
        table.row(["automation".to_owned(), "7".to_owned()]);
        table.row(["live".to_owned(), "a\nb\u{1b}".to_owned()]);
        assert_eq!(table.lines(), ["LANE        READY", "automation  7", "live        a b"]);
    }

    #[test]
    fn lengths_are_short() {
        let told: Vec<_> = [0, 119, 120, 7_199, 7_200, 172_800].into_iter().map(length).collect();
        assert_eq!(told, ["0s", "119s", "2m", "119m", "2h", "2d"]);
        assert_eq!((short("Grüße", 3), short("ab", 3)), ("Grü…".to_owned(), "ab".to_owned()));
    }
}
