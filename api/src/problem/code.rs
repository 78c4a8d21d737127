//! Every kind of problem: its code, its status, and what it means.

use http::StatusCode;

macro_rules! codes {
    ($($variant:ident $status:ident $code:literal $title:literal $meaning:literal)+) => {
        /// The kind of a problem. Programs decide by it, so a code never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $meaning] $variant),+
        }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The status it is answered with.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status),+ }
            }

            /// The name that programs decide by.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// A short name for people, the same for every occurrence.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// What it means and what to do.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning),+ }
            }
        }
    };
}

codes! {
    BadRequest BAD_REQUEST "bad_request" "The request is malformed"
        "The request cannot be read. Its detail says where."
    MalformedJson BAD_REQUEST "malformed_json" "The body is not JSON"
        "The body is not JSON. Its detail says where it stops being so."
    Unauthenticated UNAUTHORIZED "unauthenticated" "Log in first"
        "There is no access token or API key, or it is expired, or its session has ended. Refresh it or log in."
    LoginFailed UNAUTHORIZED "login_failed" "Address or password is wrong"
        "Nobody with this address and password may log in."
    SecondFactorRequired UNAUTHORIZED "second_factor_required" "A code is missing"
        "The password is right. Send the code of the person's app, or a recovery code, with `challenge` to \
         `/api/v1/auth/login/second-factor` within five minutes."
    CodeWrong UNAUTHORIZED "code_wrong" "The code is wrong"
        "It is wrong, expired or used already, or the challenge is. An app shows another code every 30 seconds."
    LinkExpired GONE "link_expired" "The link is good for nothing any more"
        "It was used, taken back, replaced by a newer one, or is too old. Ask for another."
    RefreshFailed UNAUTHORIZED "refresh_failed" "The session has ended"
        "The refresh token is unknown, expired, revoked, or was used before. Log in again."
    Forbidden FORBIDDEN "forbidden" "You may not do this"
        "The role of the person, or the API key, does not allow this."
    BeyondYourOwn FORBIDDEN "beyond_your_own" "You may not do so much yourself"
        "Nobody gives permissions that they do not have, or acts on the account of somebody who has more."
    SecondFactorMissing FORBIDDEN "second_factor_missing" "Set up a second factor first"
        "The tenant asks for a second factor, and this account has none. Until it does, it can do nothing else."
    CrossSite FORBIDDEN "cross_site" "The request does not come from the console"
        "A request with the refresh cookie needs the header X-Signalbox-Csrf, and an Origin that is ours."
    OperatorOnly FORBIDDEN "operator_only" "Only the operator may do this"
        "Plugins belong to the whole installation. Its operator installs them with `signalbox plugin install`, or lets \
         admins do so with the setting `plugins.install`."
    NotFound NOT_FOUND "not_found" "There is no such thing"
        "It does not exist, or belongs to somebody else."
    MethodNotAllowed METHOD_NOT_ALLOWED "method_not_allowed" "The method is not supported here"
        "The header Allow names the methods that are."
    Conflict CONFLICT "conflict" "The request conflicts with what is there"
        "Another request changed the same thing at the same time, or something depends on it. Read it again."
    EmailTaken CONFLICT "email_taken" "The address is taken"
        "Somebody of this tenant has this address."
    AlreadyInvited CONFLICT "already_invited" "Somebody with this address is invited already"
        "Send the invitation again, or take it back first."
    AlreadySetUp CONFLICT "already_set_up" "There is a second factor already"
        "Remove it first, with the password, to set up another."
    MailNotConfigured CONFLICT "mail_not_configured" "This installation sends no e-mails"
        "Its operator has to name a mail server in the settings, section `mail`."
    TenantRequired CONFLICT "tenant_required" "Say which tenant"
        "The address and password are good for several tenants. Send one of the slugs in `tenants`."
    LastAdmin CONFLICT "last_admin" "Somebody must remain an admin"
        "The tenant would be left without an active person who may manage people and roles."
    AccountTaken CONFLICT "account_taken" "The account is connected already"
        "Another connection answers for this account at this endpoint."
    VersionTaken CONFLICT "version_taken" "The version is installed with another file"
        "A version never changes once it is installed. Give the plugin a new version."
    ConsentRequired CONFLICT "consent_required" "The version may do more than the one in use"
        "`missing` names what is new. Send the ids in `consent` if that is all right."
    NothingToRollBack CONFLICT "nothing_to_roll_back" "There is no earlier version to go back to"
        "The connection has not been upgraded, or every upgrade was taken back already."
    BuiltIn CONFLICT "built_in" "It is built in"
        "The built-in roles stay as they are. Make one of your own."
    InUse CONFLICT "in_use" "Something depends on it"
        "It cannot be deleted while something depends on it. A connection with conversations can be disabled."
    WindowClosed CONFLICT "window_closed" "Only a template may be sent now"
        "The contact has not written within the channel's service window. `templates` lists what may be sent."
    ConnectionUnusable CONFLICT "connection_unusable" "The connection does not send"
        "The connection is disabled. Enable it first."
    DraftRequired CONFLICT "draft_required" "Nobody has seen what this would do"
        "The action carries out a draft. Ask for the draft first, look at it, and send its token as `token`."
    NoAuthorization CONFLICT "no_authorization" "Nobody authorizes this connection"
        "Its plugin does not use OAuth, or has access without a person's consent."
    NotConfigured CONFLICT "not_configured" "Something has to be set first"
        "The connection cannot be authorized before the setting or secret that the detail names is there."
    NotRetryable CONFLICT "not_retryable" "The message cannot be sent again"
        "Only a message that failed or is unconfirmed can be sent again by hand."
    WrongType CONFLICT "wrong_type" "Conversations of this type do not do that"
        "Only conversations with customers go over channels; only these and tickets are assigned and merged."
    ConversationExists CONFLICT "conversation_exists" "There is a conversation with them already"
        "With this contact there is one over this connection that is not closed. Write there: `conversation_id` names it, \
         unless you do not see it."
    Taken CONFLICT "taken" "Somebody has it already"
        "Somebody else has taken the conversation."
    MergeRefused CONFLICT "merge_refused" "The conversations cannot be merged"
        "Its detail says why: both must be with the same contact, and neither merged already."
    NameTaken CONFLICT "name_taken" "The name is taken"
        "Something else of the same kind, for the same people, has this name or shortcut."
    ContactExists CONFLICT "contact_exists" "Another contact has this number or address"
        "`contact_id` names the contact of the same brand who has it. Change that one, or merge the two."
    ContactMerged CONFLICT "contact_merged" "The contact has become part of another"
        "`contact_id` names the other. Change that one, or take the merge back first."
    ContactMergeRefused CONFLICT "contact_merge_refused" "The contacts cannot be merged, or not be two again"
        "Its detail says why: a contact is merged into one other, and merges are taken back the latest first."
    DomainTaken CONFLICT "domain_taken" "Another company has this domain"
        "`company_id` names the company that has `domain`. A domain is one company's."
    SlugTaken CONFLICT "slug_taken" "The name is taken"
        "Another channel of the brand has this slug."
    InProgress CONFLICT "in_progress" "The first request is not done yet"
        "A request with the same idempotency key is running. Try again in a moment."
    PreconditionFailed PRECONDITION_FAILED "precondition_failed" "It was changed in the meantime"
        "The entity tag in If-Match is not that of the current state. Read it again."
    PreconditionRequired PRECONDITION_REQUIRED "precondition_required" "Say which state you change"
        "Send the entity tag of the state you have read in If-Match, so that nobody's change is lost."
    TooLarge PAYLOAD_TOO_LARGE "too_large" "The body is too large"
        "Webhooks may have 3 MiB, plugins 8 MiB, other requests 1 MiB."
    UnsupportedMediaType UNSUPPORTED_MEDIA_TYPE "unsupported_media_type" "The body has another type"
        "Send JSON with the header Content-Type: application/json, a plugin with application/wasm."
    Invalid UNPROCESSABLE_ENTITY "invalid" "Some values are not acceptable"
        "`errors` names each value with a JSON pointer into the body."
    KeyReused UNPROCESSABLE_ENTITY "idempotency_key_reused" "The key belongs to another request"
        "The idempotency key was used for a request with another path or body. Use a new one."
    TooManyRequests TOO_MANY_REQUESTS "too_many_requests" "Too many requests"
        "Wait for as long as the header Retry-After says."
    BadSignature UNAUTHORIZED "bad_signature" "The signature does not match"
        "The webhook is not signed with the endpoint's secret. Nothing was stored."
    UnreadableWebhook BAD_REQUEST "unreadable_webhook" "The webhook cannot be read"
        "The body is not what the plugin's recipe expects, and no signature vouches for it."
    PluginFailed BAD_GATEWAY "plugin_failed" "The plugin gave no answer"
        "The plugin was asked and failed. Its detail says why, `plugin_code` what kind of failure it was."
    NoWorker SERVICE_UNAVAILABLE "no_worker" "No worker has answered"
        "The plugin could not be asked in time: no worker is running, or all are busy. Nothing was changed."
    Overloaded SERVICE_UNAVAILABLE "overloaded" "Too much is waiting"
        "More webhooks are waiting to be stored than may. Send it again."
    Unavailable SERVICE_UNAVAILABLE "unavailable" "The database cannot be reached"
        "Nothing was stored or changed. Send the request again."
    TimedOut SERVICE_UNAVAILABLE "timed_out" "It took too long"
        "The request was given up. What it was to change may or may not be changed; read it before trying again."
    Internal INTERNAL_SERVER_ERROR "internal" "Something failed on our side"
        "The cause is in the log, under the request's id."
}

impl Code {
    /// What an answer of the framework with this status means.
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::Unauthenticated,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            StatusCode::UNPROCESSABLE_ENTITY => Self::Invalid,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            status if status.is_server_error() => Self::Internal,
            _ => Self::BadRequest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Code;
    use std::collections::HashSet;

    #[test]
    fn codes_are_distinct_and_errors() {
        let names: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.status().is_client_error() || code.status().is_server_error(), "{code:?}");
        }
    }
}
