//! What somebody may do at this moment.

use crate::problem::{Code, Problem};
use domain::{
    UserId,
    role::{Permission, Permissions, RoleKey},
    sight::{Reach, Sight},
};
use sqlx::PgConnection;
use store::{refresh_tokens::Actor, roles, users::User};

/// What somebody may do at this moment.
#[derive(Clone, Debug)]
pub struct Granted {
    /// Who.
    pub user: UserId,
    /// What it allows, as far as the key allows it by which they act.
    pub permissions: Permissions,
    /// Which conversations they see.
    pub sight: Sight,
    /// Whether their tenant asks them for a second factor that they have not set up.
    pub lacks_second_factor: bool,
}

impl Granted {
    pub(super) fn new(user: UserId, actor: Actor) -> Self {
        let Actor { permissions, teams, lacks_second_factor, .. } = actor;
        let sight = Sight { user, reach: Reach::of(permissions), teams };
        Self { user, permissions, sight, lacks_second_factor }
    }

    /// Refuses what they are not allowed to do, beyond what the transaction was begun for.
    pub fn must(&self, permission: Permission) -> Result<(), Problem> {
        if self.permissions.has(permission) { Ok(()) } else { Err(Code::Forbidden.into()) }
    }

    /// Refuses to give these permissions if they do not have them all themselves.
    pub fn may_give(&self, permissions: Permissions) -> Result<(), Problem> {
        if self.permissions.includes(permissions) { Ok(()) } else { Err(Code::BeyondYourOwn.into()) }
    }

    /// Refuses to give a role that allows more than theirs, or that there is not; `pointer` is where it was named.
    pub async fn may_give_role(&self, conn: &mut PgConnection, role: RoleKey, pointer: &str) -> Result<(), Problem> {
        let unknown = || Problem::field(pointer, "unknown_role", "there is no such role");
        self.may_give(roles::permissions(conn, role).await?.ok_or_else(unknown)?)
    }

    /// Refuses to act on somebody who may do more: to set their password would be to become them.
    pub async fn may_manage(&self, conn: &mut PgConnection, person: &User) -> Result<(), Problem> {
        self.may_give(roles::permissions(conn, person.role).await?.unwrap_or_default())
    }
}
