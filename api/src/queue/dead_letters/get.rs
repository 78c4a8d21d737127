//! `GET /api/v1/queue/dead-letters/{id}`

use super::ShownLetter;
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    queue::{ShownAttempt, failed},
    request::Path,
};
use domain::{TenantId, role::Permission};
use queue::{JobId, dead_letters};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;

/// A dead letter with everything that is known of it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct DeadLetterDetails {
    #[serde(flatten)]
    letter: ShownLetter,
    /// Its arguments: ids of what it was to work on. They can be changed before a replay.
    args: Value,
    /// Its attempts, the oldest first.
    failed_attempts: Vec<ShownAttempt>,
}

/// Read a dead letter
#[utoipa::path(get, path = "/api/v1/queue/dead-letters/{id}", tag = "queue", params(("id" = i64, Path)),
    security(("access_token" = ["operate_queue"])),
    responses((status = 200, description = "The dead letter", body = DeadLetterDetails),
              (status = 404, description = "`not_found`")))]
pub async fn get(caller: Caller, Path(id): Path<JobId>) -> Result<axum::Json<DeadLetterDetails>, Problem> {
    let (mut tx, _) = caller.begin(Permission::OperateQueue).await?;
    Ok(axum::Json(read(&mut tx, caller.tenant, id).await?))
}

/// The dead letter, with its attempts.
pub async fn read(conn: &mut PgConnection, tenant: TenantId, id: JobId) -> Result<DeadLetterDetails, Problem> {
    let mut letter = dead_letters::get(conn, tenant, id).await.map_err(failed)?.ok_or(Code::NotFound)?;
    let attempts = dead_letters::attempts(conn, tenant, id).await.map_err(failed)?;
    Ok(DeadLetterDetails {
        args: letter.args.take(),
        letter: letter.into(),
        failed_attempts: attempts.into_iter().map(ShownAttempt::from).collect(),
    })
}
