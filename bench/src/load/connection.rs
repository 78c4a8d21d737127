//! A keep-alive HTTP/1.1 connection that writes what is ready and reads no more of an answer than it must.

use anyhow::{Context as _, ensure};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// An open connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(address: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("connecting to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4096) })
    }

    /// Sends a whole request and waits for the whole answer. Returns its status.
    pub async fn post(&mut self, request: &[u8]) -> anyhow::Result<u16> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await?;
            ensure!(read > 0, "the server closed the connection before its answer ended");
            if let Some(answer) = Answer::parse(&self.buffer)? {
                ensure!(self.buffer.len() <= answer.length, "more came than the answer");
                if self.buffer.len() == answer.length {
                    return Ok(answer.status);
                }
            }
        }
    }
}

/// An answer whose head has come.
#[derive(Debug, PartialEq)]
struct Answer {
    status: u16,
    /// Of head and body.
    length: usize,
}

impl Answer {
    /// `None` until the head is complete. Only answers that say their length are understood.
    fn parse(bytes: &[u8]) -> anyhow::Result<Option<Self>> {
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
        let head = std::str::from_utf8(&bytes[..end]).context("the head is not UTF-8")?;
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok());
        let status: u16 = status.with_context(|| format!("no HTTP/1.1 answer: {head}"))?;
        let length = lines.find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        let body = match (length, status) {
            (Some(length), _) => length,
            (None, 204) => 0,
            (None, _) => anyhow::bail!("an answer without its length: {head}"),
        };
        Ok(Some(Self { status, length: end + 4 + body }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_end_where_they_say() {
        let parse = |text: &str| Answer::parse(text.as_bytes());
        assert_eq!(parse("HTTP/1.1 200 OK\r\nContent-Le").unwrap(), None);
        let whole = "HTTP/1.1 200 OK\r\nx: y\r\ncontent-length: 5\r\n\r\n";
        assert_eq!(parse(whole).unwrap(), Some(Answer { status: 200, length: whole.len() + 5 }));
        let empty = "HTTP/1.1 204 No Content\r\n\r\n";
        assert_eq!(parse(empty).unwrap(), Some(Answer { status: 204, length: empty.len() }));
        assert!(parse("HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(parse("SSH-2.0\r\n\r\n").is_err());
    }
}
