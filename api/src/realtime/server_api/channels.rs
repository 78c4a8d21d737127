//! `GET /apps/{id}/channels`, `/channels/{name}` and `/channels/{name}/users`: who hears what, of all processes.
//!
//! Of our own channels those with members are listed; who hears the others, nobody has to know.

use super::{Info, Signed, bad, has_members};
use crate::problem::Problem;
use axum::Json;
use serde_json::{Map, Value, json};

/// Channels that somebody hears.
pub async fn channels(signed: Signed) -> Result<Json<Value>, Problem> {
    let info = Info::of(signed.value("info"))?;
    let prefix = signed.value("filter_by_prefix").unwrap_or_default();
    if info.user_count && !prefix.starts_with("presence-") {
        return Err(bad("user_count is for channels that begin with `presence-`."));
    }
    let mut tx = signed.realtime.database.begin(signed.tenant).await?;
    let occupied = store::realtime::occupied(&mut tx, prefix).await?;
    let shown = |count: i64| if info.user_count { json!({ "user_count": count }) } else { json!({}) };
    let channels: Map<String, Value> = occupied.into_iter().map(|(name, count)| (name, shown(count))).collect();
    Ok(Json(json!({ "channels": channels })))
}

/// Whether somebody hears a channel, and how many members it has.
pub async fn channel(signed: Signed) -> Result<Json<Value>, Problem> {
    let info = Info::of(signed.value("info"))?;
    let channel = signed.channel()?;
    if info.user_count && !has_members(&channel) {
        return Err(bad("user_count is for channels that begin with `presence-`."));
    }
    let mut tx = signed.realtime.database.begin(signed.tenant).await?;
    let members = store::realtime::members(&mut tx, channel.as_str()).await?;
    let mut answer = json!({ "occupied": !members.is_empty() });
    if info.user_count {
        answer["user_count"] = json!(members.len());
    }
    Ok(Json(answer))
}

/// The members of a presence channel.
pub async fn users(signed: Signed) -> Result<Json<Value>, Problem> {
    let channel = signed.channel()?;
    if !has_members(&channel) {
        return Err(bad("Only channels that begin with `presence-` have users."));
    }
    let mut tx = signed.realtime.database.begin(signed.tenant).await?;
    let members = store::realtime::members(&mut tx, channel.as_str()).await?;
    let users: Vec<Value> = members.into_iter().map(|member| json!({ "id": member.member })).collect();
    Ok(Json(json!({ "users": users })))
}
