//! Which well-formed recipes are refused all the same, because they could never work or would
//! prove less than they seem to.

use super::{
    Answer, BodyFormat, Content, HandshakeRule, HmacRule, Place, Recipe, SignatureShape, TimestampSource, Verification,
};
use crate::error::{Fault, Findings, ManifestError};

/// More alternatives or places than this are a mistake, and each costs time on every request.
const ENTRIES_MAX: usize = 16;

/// Longest tolerance for a signed timestamp, in seconds: a day.
const TOLERANCE_MAX: u32 = 86_400;

impl Recipe {
    /// Refuses a recipe that could never work or would prove less than it seems to, with everything that is wrong.
    /// Pointers in the error are relative to the recipe.
    pub fn check(&self) -> Result<(), ManifestError> {
        let mut found = Findings::default();
        self.check_sizes(&mut found);
        for (index, rule) in self.handshake.iter().enumerate() {
            self.check_handshake(rule, &format!("/handshake/{index}"), &mut found);
        }
        for (index, rule) in self.verify.iter().enumerate() {
            match rule {
                Verification::Hmac(rule) => rule.check(&format!("/verify/{index}/hmac"), &mut found),
                Verification::Token(rule) => {
                    let at = format!("/verify/{index}/token");
                    found.note(self.check_place(&rule.place, &format!("{at}/place"), "a token"));
                    found.note(non_empty(&rule.secrets, &format!("{at}/secrets")));
                }
            }
        }
        self.check_routing(&mut found);
        if !(200..300).contains(&self.ack.status) {
            found.fault("/ack/status", Fault::AckStatus);
        }
        if !self.ack.content_type_is_sendable() {
            found.fault("/ack/content_type", Fault::Header);
        }
        found.result()
    }

    fn check_sizes(&self, found: &mut Findings) {
        let sizes = [
            ("/handshake", self.handshake.len()),
            ("/verify", self.verify.len()),
            ("/dedupe", self.dedupe.len()),
            ("/accounts", self.accounts.len()),
            ("/thread", self.thread.len()),
        ];
        let limit = ENTRIES_MAX;
        for (at, _) in sizes.into_iter().filter(|(_, size)| *size > limit) {
            found.fault(at, Fault::TooMany { limit });
        }
    }

    fn check_handshake(&self, rule: &HandshakeRule, at: &str, found: &mut Findings) {
        let upper = rule.method.bytes().all(|byte| byte.is_ascii_uppercase());
        if rule.method.is_empty() || !upper {
            found.fault(format!("{at}/method"), Fault::Method);
        }
        if rule.when.is_empty() && rule.token.is_none() {
            found.fault(at, Fault::HandshakeOpen);
        }
        for (index, condition) in rule.when.iter().enumerate() {
            let at = format!("{at}/when/{index}/place");
            found.note(self.check_place(&condition.place, &at, "a condition"));
        }
        if let Some(token) = &rule.token {
            found.note(self.check_place(&token.place, &format!("{at}/token/place"), "a token"));
        }
        match &rule.answer {
            Answer::Echo(place) => {
                found.note(self.check_place(place, &format!("{at}/answer/echo"), "a challenge"));
            }
            Answer::Json { place, .. } => {
                found.note(self.check_place(place, &format!("{at}/answer/json/place"), "a challenge"));
            }
            Answer::Text(_) => {}
        }
    }

    fn check_routing(&self, found: &mut Findings) {
        for (index, places) in self.dedupe.iter().enumerate() {
            found.note(non_empty(places, &format!("/dedupe/{index}")));
            for (place_index, place) in places.iter().enumerate() {
                found.note(self.check_format(place, &format!("/dedupe/{index}/{place_index}")));
            }
        }
        for (name, places) in [("accounts", &self.accounts), ("thread", &self.thread)] {
            for (index, place) in places.iter().enumerate() {
                found.note(self.check_place(place, &format!("/{name}/{index}"), "a key"));
            }
        }
        match &self.each {
            Some(each) if !each.ends_in_wildcard() => found.fault("/each", Fault::Each),
            Some(_) if !self.may_be_json() => found.fault("/each", Fault::EachFormat),
            _ => {}
        }
    }

    fn check_place(&self, place: &Place, at: &str, what: &'static str) -> Result<(), ManifestError> {
        if *place == Place::BodyHash {
            return Err(ManifestError::invalid(at, Fault::PlaceUse { what }));
        }
        self.check_format(place, at)
    }

    fn check_format(&self, place: &Place, at: &str) -> Result<(), ManifestError> {
        let readable = match place {
            Place::Pointer(_) => self.may_be_json(),
            Place::Form(_) => matches!(self.body, BodyFormat::Form | BodyFormat::Negotiated),
            Place::Header(_) | Place::Query(_) | Place::BodyHash => true,
        };
        if readable { Ok(()) } else { Err(ManifestError::invalid(at, Fault::PlaceFormat)) }
    }

    fn may_be_json(&self) -> bool {
        matches!(self.body, BodyFormat::Json | BodyFormat::Negotiated)
    }
}

impl HmacRule {
    fn check(&self, at: &str, found: &mut Findings) {
        found.note(non_empty(&self.secrets, &format!("{at}/secrets")));
        self.check_content(&format!("{at}/content"), found);
        if let SignatureShape::List { separator, assign, .. } = self.signature.shape
            && separator == assign
        {
            found.fault(format!("{at}/signature/shape/list"), Fault::SignatureList);
        }
        self.check_timestamp(at, found);
        let signs_url = self.content.iter().any(|p| matches!(p, Content::Url(_)));
        if self.body_hash.is_some() && !signs_url {
            found.fault(format!("{at}/body_hash"), Fault::BodyHashUnsigned);
        }
    }

    fn check_content(&self, at: &str, found: &mut Findings) {
        if self.content.is_empty() {
            return found.fault(at, Fault::Empty);
        }
        let limit = ENTRIES_MAX;
        if self.content.len() > limit {
            found.fault(at, Fault::TooMany { limit });
        }
        let ties_request = |part: &Content| {
            use Content::{Body, Header, SortedForm, Url};
            matches!(part, Body | SortedForm | Url(_) | Header(_))
        };
        if !self.content.iter().any(ties_request) {
            found.fault(at, Fault::NothingSigned);
        }
        let mut urls = 0;
        for (index, part) in self.content.iter().enumerate() {
            if let Content::Url(rule) = part {
                urls += 1;
                if !rule.decode.is_ascii() {
                    found.fault(format!("{at}/{index}/url/decode"), Fault::UrlDecode);
                }
                if urls > 1 {
                    found.fault(format!("{at}/{index}"), Fault::Repeated);
                }
            }
        }
    }

    fn check_timestamp(&self, at: &str, found: &mut Findings) {
        let is_signed = self.content.contains(&Content::Timestamp);
        let Some(rule) = &self.timestamp else {
            if is_signed {
                found.fault(at, Fault::TimestampMissing);
            }
            return;
        };
        let at = format!("{at}/timestamp");
        if !is_signed {
            found.fault(at.clone(), Fault::TimestampUnsigned);
        }
        if !(1..=TOLERANCE_MAX).contains(&rule.tolerance_seconds) {
            let limit = u64::from(TOLERANCE_MAX);
            found.fault(format!("{at}/tolerance_seconds"), Fault::Limit { limit });
        }
        let is_list = matches!(self.signature.shape, SignatureShape::List { .. });
        if matches!(rule.source, TimestampSource::SignatureField(_)) && !is_list {
            found.fault(format!("{at}/source"), Fault::TimestampField);
        }
    }
}

fn non_empty<T>(list: &[T], at: &str) -> Result<(), ManifestError> {
    if list.is_empty() {
        return Err(ManifestError::invalid(at, Fault::Empty));
    }
    Ok(())
}
