//! Associating records.

use plugin_sdk::ErrorKind;
use plugin_sdk::http::{Failure, FailureKind};
use plugin_sdk::testing::MockHost;
use serde_json::json;

use crate::support::{asked, invoke};

#[test]
fn two_records_are_associated() {
    let host = MockHost::new().json(200, &json!({"status": "COMPLETE", "results": []}));
    let input = json!({"from_type": "ticket", "from_id": "51", "to_type": "company", "to_id": "9001"});
    assert_eq!(invoke(&host, "associate", &input).unwrap(), input);
    assert_eq!(asked(&host), ["PUT crm/objects/2026-09/tickets/51/associations/default/companies/9001"]);
    assert_eq!(host.requests()[0].body, None);
}

#[test]
fn what_changes_nothing_more_may_be_repeated() {
    let input = json!({"from_type": "note", "from_id": "1", "to_type": "deal", "to_id": "2"});
    for (host, kind) in [
        (MockHost::new().fail(Failure::sent(FailureKind::Timeout, "30 s")), ErrorKind::Timeout),
        (MockHost::new().fail(Failure::sent(FailureKind::Interrupted, "reset")), ErrorKind::Transient),
        (MockHost::new().json(502, &json!(null)), ErrorKind::Transient),
        (MockHost::new().json(404, &json!({})), ErrorKind::NotFound),
        (MockHost::new().json(400, &json!({"category": "VALIDATION_ERROR"})), ErrorKind::InvalidInput),
    ] {
        assert_eq!(invoke(&host, "associate", &input).unwrap_err().kind, kind);
    }
}
