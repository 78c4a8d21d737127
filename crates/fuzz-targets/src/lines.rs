//! Inputs of several parts: lines, and whatever follows the last of them.

/// What is left of an input.
pub struct Lines<'a>(pub &'a [u8]);

impl<'a> Lines<'a> {
    /// The next line without its end; empty if there is none.
    pub fn bytes(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|byte| *byte == b'\n');
        let (line, rest) = match end {
            Some(end) => (&self.0[..end], &self.0[end + 1..]),
            None => (self.0, &self.0[self.0.len()..]),
        };
        self.0 = rest;
        line
    }

    /// The next line, if it is a text.
    pub fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()).ok()
    }
}
