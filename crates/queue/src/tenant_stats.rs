//! What a tenant sees of its own queue, in figures.

use crate::{Figures, LaneStats};
use domain::{TenantId, job::Lane};
use sqlx::PgConnection;

/// How many of a tenant's jobs are counted, the oldest first, so that a deep queue does not make its own figures slow.
pub const MAX_COUNTED: i64 = 100_000;

/// The tenant's jobs of one kind in one lane.
#[derive(Clone, Debug, PartialEq)]
pub struct KindStats {
    /// The lane.
    pub lane: String,
    /// The stable name of the jobs' type.
    pub kind: String,
    /// How many do what.
    pub figures: Figures,
}

/// Counts the jobs and the dead letters of the tenant, at most [`MAX_COUNTED`] of each. Kinds of which there are none are
/// left out.
pub async fn count(conn: &mut PgConnection, tenant: TenantId) -> sqlx::Result<Vec<KindStats>> {
    let rows = sqlx::query!(
        r#"
        SELECT lane AS "lane!", kind AS "kind!", ready AS "ready!", delayed AS "delayed!", parked AS "parked!",
            held AS "held!", running AS "running!", dead_letters AS "dead_letters!", oldest_seconds AS "oldest_seconds!"
        FROM queue.figures($1, $2)
        "#,
        tenant.0,
        MAX_COUNTED,
    )
    .fetch_all(conn)
    .await?;
    let stats = rows.into_iter().map(|row| KindStats {
        lane: row.lane,
        kind: row.kind,
        figures: Figures {
            ready: row.ready,
            delayed: row.delayed,
            parked: row.parked,
            held: row.held,
            running: row.running,
            dead_letters: row.dead_letters,
            oldest_seconds: row.oldest_seconds,
        },
    });
    Ok(stats.collect())
}

/// The same by lane: every lane, the most urgent first.
pub fn by_lane(kinds: &[KindStats]) -> Vec<LaneStats> {
    let lane = |lane: Lane| LaneStats { lane, figures: sum(kinds.iter().filter(|kind| kind.lane == lane.as_str())) };
    Lane::ALL.into_iter().map(lane).collect()
}

/// Whether something was left out of these counts.
pub fn is_capped(kinds: &[KindStats]) -> bool {
    let all = sum(kinds.iter());
    all.unfinished() >= MAX_COUNTED || all.dead_letters >= MAX_COUNTED
}

fn sum<'a>(kinds: impl Iterator<Item = &'a KindStats>) -> Figures {
    kinds.fold(Figures::default(), |mut all, kind| {
        all += kind.figures;
        all
    })
}
