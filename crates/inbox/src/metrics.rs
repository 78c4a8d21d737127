//! What the metrics are told. Teams and people are no labels: there is no end of them.

use chrono::TimeDelta;
use domain::conversation::{AssignmentMethod, ConversationType};

/// Somebody got a conversation.
pub(crate) struct Assigned {
    pub kind: ConversationType,
    pub method: AssignmentMethod,
    /// How long it had waited, if it had.
    pub waited: Option<TimeDelta>,
    /// Whether somebody else had it before.
    pub again: bool,
}

/// Somebody has got a conversation, for good.
pub(crate) fn assigned(assigned: &Assigned) {
    let (kind, method) = (assigned.kind.as_str(), assigned.method.as_str());
    if let Some(waited) = assigned.waited {
        metrics::histogram!("signalbox_assignment_wait_seconds", "type" => kind, "method" => method)
            .record(waited.to_std().unwrap_or_default().as_secs_f64());
    }
    if assigned.again {
        metrics::counter!("signalbox_reassignments_total", "type" => kind, "method" => method).increment(1);
    }
}
