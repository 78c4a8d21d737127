//! Undoes the one content coding that is asked for, within the limit for a body.
//!
//! Done here and not by the HTTP client, which forgets the names of codings it did not undo: what is
//! still coded cannot be redacted, and a caller could decode it for itself.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use http::{HeaderMap, header};

use crate::failure::{Cause, FailureKind};

/// What `Accept-Encoding` says.
pub(crate) const ACCEPTED: &str = "gzip";

/// How a body is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Identity,
    Gzip,
}

impl Coding {
    /// The coding that `headers` announce. What is undone later is taken out of them, with the
    /// length that held before.
    pub fn take(host: &str, headers: &mut HeaderMap) -> Result<Self, Cause> {
        let mut coding = Self::Identity;
        for value in headers.get_all(header::CONTENT_ENCODING) {
            for name in value.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
                let is_gzip = name.eq_ignore_ascii_case(b"gzip") || name.eq_ignore_ascii_case(b"x-gzip");
                match coding {
                    _ if name.is_empty() || name.eq_ignore_ascii_case(b"identity") => {}
                    Self::Identity if is_gzip => coding = Self::Gzip,
                    Self::Identity | Self::Gzip => {
                        let why = "the answer has a content coding that was not asked for";
                        return Err(Cause::new(FailureKind::Other, format!("{host}: {why}")));
                    }
                }
            }
        }
        headers.remove(header::CONTENT_ENCODING);
        if coding == Self::Gzip {
            headers.remove(header::CONTENT_LENGTH);
        }
        Ok(coding)
    }
}

/// A body as it arrives, at most `limit` bytes after decompression.
pub(crate) enum Decoder {
    Identity(Bounded),
    Gzip(Box<MultiGzDecoder<Bounded>>),
}

/// Why a body is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unusable {
    TooLarge,
    Corrupt,
}

impl Decoder {
    pub fn new(coding: Coding, limit: usize) -> Self {
        let body = Bounded { bytes: Vec::new(), limit, is_over: false };
        match coding {
            Coding::Identity => Self::Identity(body),
            Coding::Gzip => Self::Gzip(Box::new(MultiGzDecoder::new(body))),
        }
    }

    /// Takes the next bytes off the wire. A bomb bursts here, before it is unfolded.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), Unusable> {
        let written = match self {
            Self::Identity(body) => body.write_all(chunk),
            Self::Gzip(decoder) => decoder.write_all(chunk),
        };
        written.map_err(|_| self.reason())
    }

    /// The whole body.
    pub fn finish(mut self) -> Result<Bytes, Unusable> {
        match &mut self {
            Self::Identity(body) => Ok(body.take()),
            Self::Gzip(decoder) => match decoder.try_finish() {
                Ok(()) => Ok(decoder.get_mut().take()),
                Err(_) => Err(self.reason()),
            },
        }
    }

    fn reason(&self) -> Unusable {
        let is_over = match self {
            Self::Identity(body) => body.is_over,
            Self::Gzip(decoder) => decoder.get_ref().is_over,
        };
        if is_over { Unusable::TooLarge } else { Unusable::Corrupt }
    }
}

/// Takes bytes up to a limit.
pub(crate) struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
    is_over: bool,
}

impl Bounded {
    fn take(&mut self) -> Bytes {
        std::mem::take(&mut self.bytes).into()
    }
}

impl Write for Bounded {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + data.len() > self.limit {
            self.is_over = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
