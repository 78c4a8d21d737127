//! A tenant's schedules: made, changed, listed and deleted in the caller's transaction.

use super::{Definition, JobTemplate, Schedule, ScheduleError};
use chrono::{DateTime, Utc};
use domain::{
    ScheduleId, TenantId,
    cron::{self, CronError},
};
use sqlx::PgConnection;

/// Makes a schedule. Its first slot is the first after `now`.
pub async fn create(
    conn: &mut PgConnection,
    tenant: TenantId,
    definition: &Definition,
    now: DateTime<Utc>,
) -> Result<ScheduleId, ScheduleError> {
    let next_at = check(definition, now)?;
    let id = ScheduleId::new();
    let Definition { name, expression, zone, catch_up, job, enabled } = definition;
    sqlx::query!(
        r#"
        INSERT INTO queue.schedules (tenant_id, id, name, expression, zone, catch_up, lane, kind, args, key, enabled,
            next_at, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)
        "#,
        tenant.0,
        id.0,
        name,
        expression,
        zone,
        catch_up.as_str(),
        job.lane.as_str(),
        job.kind,
        job.args,
        job.key,
        enabled,
        next_at,
        now,
    )
    .execute(conn)
    .await?;
    Ok(id)
}

/// Defines a schedule anew; false if there is none. Slots that are due but not fired yet are kept,
/// unless when it fires has changed or it was disabled: then it begins with the first after `now`.
pub async fn update(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: ScheduleId,
    definition: &Definition,
    now: DateTime<Utc>,
) -> Result<bool, ScheduleError> {
    let first = check(definition, now)?;
    let Definition { name, expression, zone, catch_up, job, enabled } = definition;
    let changed = sqlx::query!(
        r#"
        UPDATE queue.schedules SET name = $3, expression = $4, zone = $5, catch_up = $6, lane = $7, kind = $8,
            args = $9, key = $10, enabled = $11, problem = NULL, updated_at = $13,
            next_at = CASE WHEN $11 AND expression = $4 AND zone = $5 THEN coalesce(next_at, $12) ELSE $12 END
        WHERE tenant_id = $1 AND id = $2
        "#,
        tenant.0,
        id.0,
        name,
        expression,
        zone,
        catch_up.as_str(),
        job.lane.as_str(),
        job.kind,
        job.args,
        job.key,
        *enabled,
        first,
        now,
    )
    .execute(conn)
    .await?;
    Ok(changed.rows_affected() > 0)
}

/// Switches a schedule on or off; false if there is none. What it missed while it was off is never
/// made up for: it begins with the first slot after `now`.
pub async fn set_enabled(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: ScheduleId,
    enabled: bool,
    now: DateTime<Utc>,
) -> Result<bool, ScheduleError> {
    // Locked, so that the definition that is written back is still the last one.
    sqlx::query!("SELECT id FROM queue.schedules WHERE tenant_id = $1 AND id = $2 FOR UPDATE", tenant.0, id.0)
        .fetch_optional(&mut *conn)
        .await?;
    let Some(schedule) = get(conn, tenant, id).await? else { return Ok(false) };
    if schedule.definition.enabled == enabled {
        return Ok(true);
    }
    if !enabled {
        // Also one that this version cannot read.
        sqlx::query!(
            "UPDATE queue.schedules SET enabled = false, next_at = NULL, problem = NULL, updated_at = $3
             WHERE tenant_id = $1 AND id = $2",
            tenant.0,
            id.0,
            now,
        )
        .execute(conn)
        .await?;
        return Ok(true);
    }
    update(conn, tenant, id, &Definition { enabled, ..schedule.definition }, now).await
}

/// Deletes a schedule; false if there is none. Jobs that it has made stay.
pub async fn delete(conn: &mut PgConnection, tenant: TenantId, id: ScheduleId) -> sqlx::Result<bool> {
    let gone = sqlx::query!("DELETE FROM queue.schedules WHERE tenant_id = $1 AND id = $2", tenant.0, id.0)
        .execute(conn)
        .await?;
    Ok(gone.rows_affected() > 0)
}

/// One schedule.
pub async fn get(conn: &mut PgConnection, tenant: TenantId, id: ScheduleId) -> sqlx::Result<Option<Schedule>> {
    let row = sqlx::query_as!(
        Row,
        r#"
        SELECT id, name, expression, zone, catch_up, lane, kind, args, key, enabled, problem, next_at, last_at,
            created_at, updated_at
        FROM queue.schedules WHERE tenant_id = $1 AND id = $2
        "#,
        tenant.0,
        id.0,
    )
    .fetch_optional(conn)
    .await?;
    row.map(Row::read).transpose()
}

/// A page of the tenant's schedules by name. `after` is the last name of the page before.
pub async fn list(
    conn: &mut PgConnection,
    tenant: TenantId,
    after: Option<&str>,
    limit: u32,
) -> sqlx::Result<Vec<Schedule>> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        SELECT id, name, expression, zone, catch_up, lane, kind, args, key, enabled, problem, next_at, last_at,
            created_at, updated_at
        FROM queue.schedules WHERE tenant_id = $1 AND name > $2 ORDER BY name LIMIT $3
        "#,
        tenant.0,
        // No name is empty.
        after.unwrap_or_default(),
        i64::from(limit),
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Refuses what the table or a slot would, and says when the first slot is.
fn check(definition: &Definition, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, ScheduleError> {
    let key = definition.job.key.as_deref().unwrap_or_default();
    for (field, text, min, max) in
        [("name", &*definition.name, 1, 200), ("kind", &*definition.job.kind, 1, 200), ("key", key, 0, 1000)]
    {
        if !(min..=max).contains(&text.len()) {
            return Err(ScheduleError::Length { field, min, max });
        }
    }
    let schedule = cron::Schedule::parse(&definition.expression, &definition.zone)?;
    let first = schedule.next_after(now).ok_or(CronError::NoSuchDate)?;
    Ok(definition.enabled.then_some(first))
}

/// A schedule as the table has it.
struct Row {
    id: ScheduleId,
    name: String,
    expression: String,
    zone: String,
    catch_up: String,
    lane: String,
    kind: String,
    args: serde_json::Value,
    key: Option<String>,
    enabled: bool,
    problem: Option<String>,
    next_at: Option<DateTime<Utc>>,
    last_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Row {
    fn read(self) -> sqlx::Result<Schedule> {
        let Self { id, name, expression, zone, kind, args, key, enabled, .. } = self;
        let lane = self.lane.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        let catch_up = self.catch_up.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        let job = JobTemplate { lane, kind, args, key };
        let definition = Definition { name, expression, zone, catch_up, job, enabled };
        Ok(Schedule {
            id,
            definition,
            problem: self.problem,
            next_at: self.next_at,
            last_at: self.last_at,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}
