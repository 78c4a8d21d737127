//! Lines with their numbers.

use std::io::{self, BufRead};

/// The longest line that is read.
pub(crate) const LONGEST: usize = 1 << 20;

/// A line.
pub(crate) struct Line {
    /// The first is 1.
    pub number: u64,
    /// What stands in it; nothing of one that is too long.
    pub text: Option<Vec<u8>>,
}

impl Line {
    /// Whether nothing stands in it.
    pub fn is_blank(&self) -> bool {
        self.text.as_ref().is_some_and(|text| text.trim_ascii().is_empty())
    }
}

/// The lines of an input.
pub(crate) struct Lines<'a> {
    input: &'a mut dyn BufRead,
    number: u64,
}

impl<'a> Lines<'a> {
    pub fn new(input: &'a mut dyn BufRead) -> Self {
        Self { input, number: 0 }
    }

    /// How many have been read.
    pub fn read(&self) -> u64 {
        self.number
    }

    /// At most this many lines in which something stands; none at the end.
    pub fn batch(&mut self, most: usize) -> io::Result<Vec<Line>> {
        let mut batch = Vec::with_capacity(most);
        while batch.len() < most {
            match self.next()? {
                Some(line) if line.is_blank() => {}
                Some(line) => batch.push(line),
                None => break,
            }
        }
        Ok(batch)
    }

    fn next(&mut self) -> io::Result<Option<Line>> {
        let (mut text, mut length) = (Vec::new(), 0);
        loop {
            let read = self.input.fill_buf()?;
            if read.is_empty() {
                break;
            }
            let end = read.iter().position(|byte| *byte == b'\n');
            let part = &read[..end.map_or(read.len(), |end| end + 1)];
            length += part.len();
            // What is too long is read to its end, and forgotten.
            if length <= LONGEST {
                text.extend_from_slice(part);
            }
            let used = part.len();
            self.input.consume(used);
            if end.is_some() {
                break;
            }
        }
        if length == 0 {
            return Ok(None);
        }
        self.number += 1;
        Ok(Some(Line { number: self.number, text: (length <= LONGEST).then_some(text) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &[u8]) -> Vec<(u64, Option<usize>)> {
        let mut input = text;
        let batch = Lines::new(&mut input).batch(10).unwrap();
        batch.into_iter().map(|line| (line.number, line.text.map(|text| text.trim_ascii().len()))).collect()
    }

    #[test]
    fn the_last_line_needs_no_end_and_blank_ones_only_count() {
        assert_eq!(numbers(b"one\n \n\nthree"), [(1, Some(3)), (4, Some(5))]);
        assert_eq!(numbers(b""), []);
    }

    #[test]
    fn a_line_that_is_too_long_takes_no_memory_and_hides_nothing_behind_it() {
        let long = [vec![b'x'; LONGEST], b"x\nnext\n".to_vec()].concat();
        assert_eq!(numbers(&long), [(1, None), (2, Some(4))]);
    }
}
