//! The name of a connection, which signatures are bound to.

use std::{fmt, str::FromStr};

/// Two numbers with a dot between them, as the server libraries demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(u32, u32);

impl SocketId {
    /// The name made of 64 random bits.
    pub const fn from_bits(bits: u64) -> Self {
        let [high @ .., _, _, _, _] = bits.to_be_bytes();
        let [_, _, _, _, low @ ..] = bits.to_be_bytes();
        Self(u32::from_be_bytes(high), u32::from_be_bytes(low))
    }
}

impl fmt::Display for SocketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// It is not the name of a connection.
#[derive(Debug, thiserror::Error)]
#[error("not a socket id: two numbers with a dot between them")]
pub struct NotASocketId;

impl FromStr for SocketId {
    type Err = NotASocketId;

    fn from_str(text: &str) -> Result<Self, NotASocketId> {
        let (first, second) = text.split_once('.').ok_or(NotASocketId)?;
        let number = |digits: &str| {
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse().ok()).flatten().ok_or(NotASocketId)
        };
        Ok(Self(number(first)?, number(second)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_agree_and_nothing_else_is_taken() {
        let id = SocketId::from_bits(0x0000_0007_0000_0009);
        assert_eq!(id.to_string(), "7.9");
        assert_eq!("7.9".parse::<SocketId>().unwrap(), id);
        for wrong in ["", "7", "7.", ".9", "7.9.1", "+7.9", "7.-9", "7:9", "7.9 ", "4294967296.1"] {
            assert!(wrong.parse::<SocketId>().is_err(), "{wrong}");
        }
    }
}
