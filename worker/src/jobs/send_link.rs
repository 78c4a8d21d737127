//! Sends the e-mail with a link, and forgets what makes the link good.

use crate::{
    Environment,
    mail::{self, Letter, Mailer},
};
use domain::jobs::SendLink;
use queue::{JobContext, JobError};
use std::sync::Arc;
use store::{
    invitations,
    mailed_links::{self, Purpose, TOKEN, Unsent},
    tenants, users,
};
use vault::{Place, Sealed};

/// Whom a letter is for, and what it says.
struct Addressed {
    email: String,
    name: Option<String>,
    letter: Letter,
}

/// One that was used, replaced or taken back by now is not sent. If the process dies before it has noted that the letter
/// left, it leaves twice, with the same link.
pub async fn run(env: Arc<Environment>, job: SendLink, _: JobContext) -> Result<(), JobError> {
    let mailer = env.mailer.as_ref().ok_or_else(|| JobError::fail("no mail server is configured (mail.host)"))?;
    let Some(Addressed { email, name, letter }) = written(&env, mailer, &job).await? else { return Ok(()) };
    mailer.send(&email, name.as_deref(), letter).await?;
    let mut tx = env.db.begin(job.tenant_id).await.map_err(JobError::retry)?;
    mailed_links::sent(&mut tx, job.link_id, env.clock.now()).await.map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)
}

async fn written(env: &Environment, mailer: &Mailer, job: &SendLink) -> Result<Option<Addressed>, JobError> {
    let mut tx = env.db.begin(job.tenant_id).await.map_err(JobError::retry)?;
    let link = mailed_links::unsent(&mut tx, job.link_id, env.clock.now()).await.map_err(JobError::retry)?;
    let Some(link) = link else { return Ok(None) };
    let tenant = tenants::current(&mut tx).await.map_err(JobError::retry)?;
    let Some(tenant) = tenant else { return Ok(None) };
    let token = open(env, job, &link)?;
    let addressed = match link.purpose {
        Purpose::Invitation(id) => {
            let invitation = invitations::load(&mut tx, id).await.map_err(JobError::retry)?;
            let Some(invitation) = invitation else { return Ok(None) };
            let inviter = users::load(&mut tx, invitation.invited_by).await.map_err(JobError::retry)?;
            let inviter = inviter.map_or_else(|| tenant.name.clone(), |user| user.name);
            let url = mailer.link("accept-invitation", &token);
            let letter = mail::invitation(&tenant.name, &inviter, &url, link.expires_at);
            Addressed { email: invitation.email, name: invitation.name, letter }
        }
        Purpose::PasswordReset(id) => {
            let user = users::load(&mut tx, id).await.map_err(JobError::retry)?;
            let Some(user) = user.filter(|user| user.active) else { return Ok(None) };
            let url = mailer.link("reset-password", &token);
            let letter = mail::password_reset(&tenant.name, &url, link.expires_at);
            Addressed { email: user.email, name: Some(user.name), letter }
        }
    };
    tx.commit().await.map_err(JobError::retry)?;
    Ok(Some(addressed))
}

fn open(env: &Environment, job: &SendLink, link: &Unsent) -> Result<String, JobError> {
    let owner = mailed_links::owner(job.link_id);
    let place = Place { tenant: Some(job.tenant_id.0), owner: &owner, name: TOKEN };
    let sealed = Sealed::try_from(link.sealed_token.clone()).map_err(JobError::fail)?;
    let token = env.keyring.open(&place, &sealed).map_err(JobError::retry)?;
    Ok(token.expose_str().map_err(JobError::fail)?.to_owned())
}
