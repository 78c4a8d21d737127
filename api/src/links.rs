//! Links that e-mails carry.

use crate::{
    problem::{Code, Problem},
    state::Api,
};
use chrono::TimeDelta;
use domain::{MailedLinkId, jobs::SendLink};
use inbox::Transaction;
use store::mailed_links::{self, NewLink, Purpose, TOKEN, owner};
use vault::{Place, TenantToken};

/// Makes a link, in the place of all earlier ones for the same purpose, and has a worker send it.
pub async fn send(api: &Api, change: &mut Transaction, purpose: Purpose, lifetime: TimeDelta) -> Result<(), Problem> {
    let (id, tenant, now) = (MailedLinkId::new(), change.tenant(), change.now());
    let token = TenantToken::new(tenant);
    let owner = owner(id);
    let place = Place { tenant: Some(tenant.0), owner: &owner, name: TOKEN };
    let sealed = api.keyring.seal(&place, token.encode().as_bytes());
    let link =
        NewLink { id, purpose, token_hash: &token.hash(), sealed_token: sealed.as_bytes(), expires_at: now + lifetime };
    mailed_links::replace(change.conn(), &link, now).await?;
    Ok(change.enqueue(&SendLink { tenant_id: tenant, link_id: id }).await?)
}

/// Refuses what needs an e-mail where none can be sent.
pub fn must_send_mail(api: &Api) -> Result<(), Problem> {
    if api.sends_mail { Ok(()) } else { Err(Code::MailNotConfigured.into()) }
}
