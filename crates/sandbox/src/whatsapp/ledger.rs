//! What the simulator was asked, so that a test can see what reached the provider, and how often.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::{HashMap, VecDeque};

/// How many requests are remembered.
const MAX_REQUESTS: usize = 100_000;
/// How many bytes of request bodies are remembered.
const MAX_BYTES: usize = 64 << 20;

/// One request to send a message or to mark one as read.
#[derive(Clone, Debug, Serialize)]
pub struct RecordedRequest {
    /// Counts requests from 1.
    pub sequence: u64,
    /// When it came.
    pub at: DateTime<Utc>,
    /// The sending number.
    pub phone_number_id: String,
    /// The message type (`text` if it was not said), or `read`.
    pub kind: String,
    /// The recipient as the request wrote it.
    pub to: Option<String>,
    /// `biz_opaque_callback_data`.
    pub opaque: Option<String>,
    /// The id of the accepted message, or of the message marked as read.
    pub wamid: Option<String>,
    /// Whether it had its effect, whatever the caller was told.
    pub accepted: bool,
    /// The HTTP status of the answer; `None` if there was none.
    pub answer: Option<u16>,
    /// Meta's error code, if it was refused with one.
    pub error_code: Option<u32>,
    /// The body as it came, if it was JSON.
    pub body: Option<Box<RawValue>>,
}

/// Selects recorded requests.
#[derive(Clone, Debug, Default)]
pub struct RequestFilter {
    /// Only requests with a higher sequence.
    pub after: u64,
    /// At most so many, the oldest first.
    pub limit: Option<usize>,
    /// Only requests of this `phone_number_id`.
    pub number: Option<String>,
    /// Only requests with this `biz_opaque_callback_data`.
    pub opaque: Option<String>,
    /// Only the request with this wamid.
    pub wamid: Option<String>,
}

/// The recorded requests, the oldest forgotten first.
#[derive(Default)]
pub(crate) struct Ledger {
    requests: VecDeque<RecordedRequest>,
    accepted_by_opaque: HashMap<String, u32>,
    bytes: usize,
    last_sequence: u64,
}

impl Ledger {
    /// Records a request; its `sequence` is set here.
    pub(crate) fn record(&mut self, mut request: RecordedRequest) {
        self.last_sequence += 1;
        request.sequence = self.last_sequence;
        self.bytes += size(&request);
        if let Some(opaque) = counted(&request) {
            *self.accepted_by_opaque.entry(opaque.to_owned()).or_default() += 1;
        }
        self.requests.push_back(request);
        while self.requests.len() > MAX_REQUESTS || self.bytes > MAX_BYTES {
            let Some(oldest) = self.requests.pop_front() else {
                break;
            };
            self.forget(&oldest);
        }
    }

    fn forget(&mut self, request: &RecordedRequest) {
        self.bytes -= size(request);
        if let Some(opaque) = counted(request)
            && let Some(count) = self.accepted_by_opaque.get_mut(opaque)
        {
            *count -= 1;
            if *count == 0 {
                self.accepted_by_opaque.remove(opaque);
            }
        }
    }

    pub(crate) fn select(&self, filter: &RequestFilter) -> Vec<RecordedRequest> {
        let is =
            |wanted: &Option<String>, value: Option<&str>| wanted.as_deref().is_none_or(|wanted| value == Some(wanted));
        let first = self.requests.partition_point(|request| request.sequence <= filter.after);
        self.requests
            .iter()
            .skip(first)
            .filter(|request| {
                is(&filter.number, Some(&request.phone_number_id))
                    && is(&filter.opaque, request.opaque.as_deref())
                    && is(&filter.wamid, request.wamid.as_deref())
            })
            .take(filter.limit.unwrap_or(usize::MAX))
            .cloned()
            .collect()
    }

    /// How many remembered sends with this opaque data were accepted.
    pub(crate) fn accepted(&self, opaque: &str) -> u32 {
        self.accepted_by_opaque.get(opaque).copied().unwrap_or_default()
    }
}

fn size(request: &RecordedRequest) -> usize {
    request.body.as_ref().map_or(0, |body| body.get().len())
}

fn counted(request: &RecordedRequest) -> Option<&str> {
    request.opaque.as_deref().filter(|_| request.accepted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(opaque: &str, accepted: bool, bytes: usize) -> RecordedRequest {
        let body = RawValue::from_string(format!("\"{}\"", "x".repeat(bytes))).unwrap();
        RecordedRequest {
            sequence: 0,
            at: DateTime::UNIX_EPOCH,
            phone_number_id: "1".into(),
            kind: "text".into(),
            to: None,
            opaque: Some(opaque.into()),
            wamid: None,
            accepted,
            answer: Some(200),
            error_code: None,
            body: Some(body),
        }
    }

    #[test]
    fn counts_accepted_sends_per_opaque_id() {
        let mut ledger = Ledger::default();
        ledger.record(request("a", true, 1));
        ledger.record(request("a", false, 1));
        ledger.record(request("a", true, 1));
        ledger.record(request("b", true, 1));
        assert_eq!((ledger.accepted("a"), ledger.accepted("b"), ledger.accepted("c")), (2, 1, 0));

        let filter = RequestFilter { after: 1, opaque: Some("a".into()), ..RequestFilter::default() };
        let sequences: Vec<_> = ledger.select(&filter).iter().map(|r| r.sequence).collect();
        assert_eq!(sequences, [2, 3]);
    }

    #[test]
    fn forgets_the_oldest_beyond_its_bytes() {
        let mut ledger = Ledger::default();
        for opaque in ["a", "b", "c"] {
            ledger.record(request(opaque, true, MAX_BYTES / 2 - 10));
        }
        assert_eq!((ledger.accepted("a"), ledger.accepted("b"), ledger.accepted("c")), (0, 1, 1));
        assert_eq!(ledger.select(&RequestFilter::default())[0].sequence, 2);
    }
}
