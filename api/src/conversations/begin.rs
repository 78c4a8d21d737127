//! Beginning a conversation with a customer who has not written.

use super::{content::Said, send};
use crate::{
    auth::Granted,
    plugins,
    problem::{Code, Problem},
    state::Api,
};
use domain::{ConnectionId, ContactId, ConversationId};
use inbox::{Addressee, BeginError, Outgoing, ServiceWindow, Transaction, Writer};
use manifest::{Handle, Interface, Manifest};
use serde_json::Value;
use std::sync::Arc;
use store::{
    connections::{self, Connection},
    contacts::{
        Address,
        list::{self, Contact},
    },
    conversations::detail,
};

/// Whom to write to, over which account, and what.
pub struct Begin<'a> {
    pub contact: ContactId,
    pub connection: ConnectionId,
    pub content: &'a Value,
}

impl Begin<'_> {
    /// Begins it, if it may. A conversation with them that is not closed is not written into by the way: a colleague may
    /// have it, and this is not the matter it is about.
    pub async fn begin(
        &self,
        api: &Api,
        change: &mut Transaction,
        granted: &Granted,
    ) -> Result<ConversationId, Problem> {
        let said = Said::read(self.content)?;
        said.check_component(api, change.conn()).await?;
        let contact = self.contact(change, granted).await?;
        let connection = connections::load(change.conn(), self.connection).await?;
        let unknown = || Problem::field("/connection_id", "unknown_connection", "is not a connection of this tenant");
        let connection = connection.ok_or_else(unknown)?;
        let manifest = &speaking(api, change, &connection).await?.manifest;
        let window = ServiceWindow::needed_by(said.say(), manifest.service_window_hours);
        let claims = claims(manifest, &contact);
        let channel = &connection.plugin_id;
        let to = Addressee { contact: self.contact, connection: self.connection, channel, claims: &claims };
        let writer = Writer::User(granted.user);
        let first = Outgoing { content: said.say(), reply_to: None, writer, origin_key: None, window };
        match change.begin_with_customer(to, granted.user, &first).await {
            Ok(id) => Ok(id),
            Err(BeginError::NoAddress) => {
                Err(Problem::field("/contact_id", "no_address", "has no address on the channel of this connection"))
            }
            Err(BeginError::AddressTaken) => {
                let message = "has a number or address that is another contact's on the channel of this connection";
                Err(Problem::field("/contact_id", "address_taken", message))
            }
            Err(BeginError::Exists(id)) => Err(exists(change, granted, id).await),
            Err(BeginError::Send(error)) => Err(send::refused_by(change, self.connection, error).await),
        }
    }

    /// Whom to write to, unless they may not be written to.
    async fn contact(&self, change: &mut Transaction, granted: &Granted) -> Result<Contact, Problem> {
        let refused = |code, message: &str| Err(Problem::field("/contact_id", code, message));
        let Some(contact) = list::visible(change.conn(), self.contact, &granted.sight).await? else {
            return refused("unknown_contact", "is not a contact of this tenant");
        };
        if let Some(target) = contact.merged_into {
            return Err(Problem::new(Code::ContactMerged).with("contact_id", target.to_string()));
        }
        if contact.blocked_at.is_some() {
            return refused("blocked", "is blocked");
        }
        if contact.opted_out_at.is_some() {
            return refused("opted_out", "does not want to be written to unasked");
        }
        Ok(contact)
    }
}

/// The plugin of a connection that can write to somebody.
async fn speaking(
    api: &Api,
    change: &mut Transaction,
    connection: &Connection,
) -> Result<Arc<plugins::Compiled>, Problem> {
    let plugin = send::sending(api, change, connection).await?;
    if !plugin.manifest.implements(Interface::Channel) {
        return Err(Problem::field("/connection_id", "no_channel", "sends no messages"));
    }
    Ok(plugin)
}

/// The contact's own handles under which the channel reaches them.
fn claims(manifest: &Manifest, contact: &Contact) -> Vec<Address> {
    let claim = |handle: &Handle| {
        let value = match handle {
            Handle::Phone => &contact.phone,
            Handle::Email => &contact.email,
        };
        let value = value.clone()?;
        Some(Address { kind: handle.as_str().to_owned(), value, verified: false })
    };
    manifest.reaches.iter().filter_map(claim).collect()
}

/// The refusal, with the conversation that is there, if the person sees it.
async fn exists(change: &mut Transaction, granted: &Granted, id: ConversationId) -> Problem {
    let problem = Problem::new(Code::ConversationExists);
    match detail::load(change.conn(), id, &granted.sight).await {
        Ok(Some(seen)) => problem.with("conversation_id", seen.id.to_string()),
        Ok(None) => problem.detail("You do not see it: a colleague or another team has it."),
        Err(error) => error.into(),
    }
}
