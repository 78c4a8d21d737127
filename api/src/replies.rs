//! What canned responses and macros have in common: whose they are.

use crate::{
    auth::Granted,
    problem::{Code, Problem},
};
use domain::{TeamId, role::Permission, sight::Reach};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use store::{
    replies::{Reader, Shelf},
    teams,
};

/// Who may use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum SharedWith {
    /// Everybody of the tenant.
    Everybody,
    /// The people of a team.
    Team {
        /// Which.
        #[schema(value_type = uuid::Uuid)]
        team_id: TeamId,
    },
    /// Nobody but whoever made it.
    Nobody,
}

impl SharedWith {
    /// Where it lies, if the person may put it there: what others use takes the permission `manage_replies`.
    pub async fn shelf(self, conn: &mut PgConnection, granted: &Granted) -> Result<Shelf, Problem> {
        match self {
            Self::Nobody => Ok(Shelf::Own(granted.user)),
            Self::Everybody => {
                granted.must(Permission::ManageReplies)?;
                Ok(Shelf::Everybody)
            }
            Self::Team { team_id } => {
                granted.must(Permission::ManageReplies)?;
                let theirs = granted.sight.reach == Reach::Everything || granted.sight.teams.contains(&team_id);
                if !theirs || teams::load(conn, team_id).await?.is_none() {
                    return Err(Problem::field("/shared_with/team_id", "unknown_team", "is not a team of yours"));
                }
                Ok(Shelf::Team(team_id))
            }
        }
    }
}

impl From<Shelf> for SharedWith {
    fn from(shelf: Shelf) -> Self {
        match shelf {
            Shelf::Everybody => Self::Everybody,
            Shelf::Team(team_id) => Self::Team { team_id },
            Shelf::Own(_) => Self::Nobody,
        }
    }
}

/// What this person may use.
pub fn reader(granted: &Granted) -> Reader<'_> {
    let teams = (granted.sight.reach < Reach::Everything).then_some(granted.sight.teams.as_slice());
    Reader { user: granted.user, teams }
}

/// Refuses to change what is not theirs alone to somebody who does not make such things for others.
pub fn may_change(granted: &Granted, shelf: Shelf) -> Result<(), Problem> {
    match shelf {
        Shelf::Own(owner) if owner == granted.user => Ok(()),
        Shelf::Own(_) => Err(Code::NotFound.into()),
        Shelf::Everybody | Shelf::Team(_) => granted.must(Permission::ManageReplies),
    }
}
