//! The part of a body that some accounts may see, when one request serves several connections.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use super::place::{Element, Token};
use super::request::Body;
use super::{Recipe, Request};

impl Recipe {
    /// The body without the elements of accounts other than `accounts`.
    ///
    /// Elements that name no account stay. If anything is cut, what encloses no element that stays
    /// goes too, so that no other account's envelope is shown. What stays keeps its bytes: long
    /// numbers, escapes and member order are as received. A body of which nothing has to go is
    /// returned whole.
    pub fn portion(&self, request: &Request<'_>, accounts: &BTreeSet<String>) -> Vec<u8> {
        let whole = || request.body.to_vec();
        let (Some(each), Ok(Body::Json(root))) = (&self.each, request.body(self.body)) else {
            return whole();
        };
        let mut foreign = BTreeSet::new();
        let walked: Result<(), std::convert::Infallible> = each.elements(root, &mut |indices: &[usize]| {
            let account = self.account(request, Element::new(each, indices));
            if account.is_some_and(|account| !accounts.contains(&account)) {
                foreign.insert(indices.to_vec());
            }
            Ok(())
        });
        let Ok(()) = walked;
        let (false, Ok(raw)) = (foreign.is_empty(), serde_json::from_slice::<&RawValue>(request.body)) else {
            return whole();
        };
        let left = cut(raw.get(), &each.tokens, &mut Vec::new(), &foreign);
        left.unwrap_or_default().into_owned().into_bytes()
    }
}

/// `raw` without the elements in `gone`; `None` if that leaves no element in it.
fn cut<'a>(
    raw: &'a str,
    tokens: &[Token],
    indices: &mut Vec<usize>,
    gone: &BTreeSet<Vec<usize>>,
) -> Option<Cow<'a, str>> {
    let Some((token, rest)) = tokens.split_first() else {
        return (!gone.contains(indices.as_slice())).then_some(Cow::Borrowed(raw));
    };
    match token {
        Token::Member(name) => cut_member(raw, name, rest, indices, gone),
        Token::Every => cut_items(raw, rest, indices, gone),
    }
}

fn cut_member<'a>(
    raw: &'a str,
    name: &str,
    rest: &[Token],
    indices: &mut Vec<usize>,
    gone: &BTreeSet<Vec<usize>>,
) -> Option<Cow<'a, str>> {
    let Members(members) = serde_json::from_str(raw).ok()?;
    // Of repeated members the last counts, as in the parse that found the accounts; the others
    // must not slip through.
    let last = members.iter().rposition(|(found, _)| found == name)?;
    let value = cut(members[last].1.get(), rest, indices, gone)?;
    let kept = members.iter().enumerate().filter(|(at, (found, _))| *at == last || found != name).map(
        |(at, (found, member))| {
            let name = serde_json::Value::from(found.as_str());
            let value = if at == last { &value } else { member.get() };
            format!("{name}:{value}")
        },
    );
    Some(Cow::Owned(format!("{{{}}}", joined(kept))))
}

fn cut_items<'a>(
    raw: &'a str,
    rest: &[Token],
    indices: &mut Vec<usize>,
    gone: &BTreeSet<Vec<usize>>,
) -> Option<Cow<'a, str>> {
    let items: Vec<&RawValue> = serde_json::from_str(raw).ok()?;
    // The outermost list has no envelope of another account around it: it may stay, empty.
    let outermost = indices.is_empty();
    let mut kept = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        indices.push(index);
        kept.extend(cut(item.get(), rest, indices, gone));
        indices.pop();
    }
    if kept.is_empty() && !outermost {
        return None;
    }
    Some(Cow::Owned(format!("[{}]", joined(kept.into_iter()))))
}

fn joined(parts: impl Iterator<Item = impl AsRef<str>>) -> String {
    let mut text = String::new();
    for (at, part) in parts.enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(part.as_ref());
    }
    text
}

/// An object's members in their order, repeated names included.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Members<'de>, M::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}
