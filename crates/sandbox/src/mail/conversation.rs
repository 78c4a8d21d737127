//! What is said between a client and the server, and where the two stand.

use super::Mailroom;
use smtp_proto::{Error, Request, request::receiver::DataReceiver};

/// The largest e-mail, in bytes.
const LARGEST: usize = 10 << 20;
/// The most people one e-mail may be for.
const RECIPIENTS: usize = 100;
/// A line of a client that is longer than this is no command.
const LINE: usize = 4096;

/// One client's conversation.
pub(super) struct Conversation<'a> {
    room: &'a Mailroom,
    greeted: bool,
    from: Option<String>,
    to: Vec<String>,
    /// What has come and is not understood yet.
    pending: Vec<u8>,
    /// The e-mail that is being received.
    data: Option<(DataReceiver, Vec<u8>)>,
    pub(super) over: bool,
}

impl<'a> Conversation<'a> {
    pub(super) fn new(room: &'a Mailroom) -> Self {
        Self { room, greeted: false, from: None, to: Vec::new(), pending: Vec::new(), data: None, over: false }
    }

    pub(super) fn greeting() -> &'static str {
        "220 sandbox.signalbox ready\r\n"
    }

    /// Takes what the client sent, and gives what it is answered.
    pub(super) fn hear(&mut self, bytes: &[u8]) -> String {
        let mut answers = String::new();
        self.pending.extend_from_slice(bytes);
        while !self.over {
            let pending = std::mem::take(&mut self.pending);
            let mut rest = pending.iter();
            if let Some((receiver, mail)) = &mut self.data {
                let is_whole = receiver.ingest(&mut rest, mail);
                self.pending = rest.as_slice().to_vec();
                if !is_whole && mail.len() <= LARGEST {
                    return answers;
                }
                answers += &self.end_of_data();
                continue;
            }
            let answer = match Request::parse(&mut rest) {
                Ok(request) => self.answer(request.into_owned()),
                Err(Error::NeedsMoreData { .. }) if pending.len() < LINE => {
                    self.pending = pending;
                    return answers;
                }
                Err(Error::NeedsMoreData { .. }) => self.hang_up("500 5.5.2 The line is too long"),
                Err(Error::UnknownCommand) => "500 5.5.1 There is no such command".to_owned(),
                Err(Error::InvalidSenderAddress | Error::InvalidRecipientAddress) => {
                    "553 5.1.3 This is no address".to_owned()
                }
                Err(Error::SyntaxError { syntax }) => format!("501 5.5.4 Expected {}", syntax.trim()),
                Err(error) => format!("501 5.5.4 {}", error.to_string().replace(['\r', '\n'], " ")),
            };
            self.pending = rest.as_slice().to_vec();
            answers += &answer;
            answers += "\r\n";
        }
        answers
    }

    fn answer(&mut self, request: Request<String>) -> String {
        match request {
            Request::Ehlo { .. } => {
                self.greet();
                format!("250-sandbox.signalbox\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-PIPELINING\r\n250 SIZE {LARGEST}")
            }
            Request::Helo { .. } => {
                self.greet();
                "250 sandbox.signalbox".to_owned()
            }
            Request::Mail { .. } if !self.greeted => "503 5.5.1 Say EHLO first".to_owned(),
            Request::Mail { .. } if self.from.is_some() => "503 5.5.1 There is a sender already".to_owned(),
            Request::Mail { from } if from.size > LARGEST => "552 5.3.4 The e-mail is too large".to_owned(),
            Request::Mail { from } => {
                self.from = Some(from.address);
                "250 2.1.0 OK".to_owned()
            }
            Request::Rcpt { .. } if self.from.is_none() => "503 5.5.1 Say MAIL first".to_owned(),
            // To nobody is what only a sender may be.
            Request::Rcpt { to } if to.address.is_empty() => "553 5.1.3 This is no address".to_owned(),
            Request::Rcpt { .. } if self.to.len() == RECIPIENTS => "452 4.5.3 Too many recipients".to_owned(),
            Request::Rcpt { to } => {
                if let Some(code) = self.room.next_refusal() {
                    return format!("{code} Refused on demand: <{}>", to.address);
                }
                self.to.push(to.address);
                "250 2.1.5 OK".to_owned()
            }
            Request::Data if self.to.is_empty() => "503 5.5.1 Say RCPT first".to_owned(),
            Request::Data => {
                self.data = Some((DataReceiver::new(), Vec::new()));
                "354 Go on; end with a dot".to_owned()
            }
            Request::Rset => {
                self.forget();
                "250 2.0.0 OK".to_owned()
            }
            Request::Noop { .. } => "250 2.0.0 OK".to_owned(),
            Request::Vrfy { .. } => "252 2.5.2 Try it".to_owned(),
            Request::Quit => self.hang_up("221 2.0.0 Bye"),
            request => format!("502 5.5.1 {} is not spoken here", request.name()),
        }
    }

    fn end_of_data(&mut self) -> String {
        let (_, mail) = self.data.take().unwrap_or_else(|| (DataReceiver::new(), Vec::new()));
        let (from, to) = (self.from.take().unwrap_or_default(), std::mem::take(&mut self.to));
        if mail.len() > LARGEST {
            // The rest of it would be taken for commands.
            return self.hang_up("552 5.3.4 The e-mail is too large") + "\r\n";
        }
        self.room.take(from, to, &mail);
        "250 2.0.0 Taken\r\n".to_owned()
    }

    fn greet(&mut self) {
        self.greeted = true;
        self.forget();
    }

    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }

    fn hang_up(&mut self, answer: &str) -> String {
        self.over = true;
        answer.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn room() -> Mailroom {
        Mailroom::new(([127, 0, 0, 1], 0).into(), Arc::new(chrono::Utc::now))
    }

    fn codes(answers: &str) -> Vec<&str> {
        answers.lines().filter(|line| line.as_bytes()[3] == b' ').map(|line| &line[..3]).collect()
    }

    #[test]
    fn an_email_is_taken_however_it_is_cut() {
        let said = "EHLO me\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n\
                    Subject: Hello\r\n\r\nA dot:\r\n..\r\n.\r\nQUIT\r\n";
        for size in [1, 7, said.len()] {
            let room = room();
            let mut conversation = Conversation::new(&room);
            let answers: String = said.as_bytes().chunks(size).map(|chunk| conversation.hear(chunk)).collect();
            assert_eq!(codes(&answers), ["250", "250", "250", "354", "250", "221"], "{answers}");
            let mails = room.mails();
            assert_eq!((mails.len(), mails[0].to[0].as_str(), mails[0].subject.as_str()), (1, "c@d.example", "Hello"));
            assert_eq!(mails[0].text.trim_end(), "A dot:\r\n.");
        }
    }

    #[test]
    fn things_are_said_in_their_order() {
        let room = room();
        let mut conversation = Conversation::new(&room);
        let answers = conversation.hear(
            b"MAIL FROM:<a@b.example>\r\nEHLO me\r\nRCPT TO:<c@d.example>\r\nDATA\r\nNONSENSE\r\nMAIL FROM:<a@b.example>\r\n\
              RCPT TO:<>\r\nRSET\r\nRCPT TO:<c@d.example>\r\n",
        );
        assert_eq!(codes(&answers), ["503", "250", "503", "503", "500", "250", "553", "250", "503"], "{answers}");
    }

    #[test]
    fn a_recipient_is_refused_on_demand() {
        let room = room();
        room.refuse_next(550);
        let mut conversation = Conversation::new(&room);
        let answers = conversation
            .hear(b"EHLO me\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nRCPT TO:<c@d.example>\r\n");
        assert_eq!(codes(&answers), ["250", "250", "550", "250"]);
    }
}
