//! What agents say and do again and again: canned responses and macros.

pub mod canned;
pub mod macros;

use domain::{TeamId, UserId};
use uuid::Uuid;

/// Whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// Everybody's.
    Everybody,
    /// A team's.
    Team(TeamId),
    /// Somebody's own.
    Own(UserId),
}

impl Shelf {
    /// Out of the two columns of which at most one is filled.
    fn of(team: Option<Uuid>, owner: Option<Uuid>) -> Self {
        match (team, owner) {
            (Some(team), _) => Self::Team(team.into()),
            (None, Some(owner)) => Self::Own(owner.into()),
            (None, None) => Self::Everybody,
        }
    }

    fn team(self) -> Option<Uuid> {
        if let Self::Team(team) = self { Some(team.0) } else { None }
    }

    fn owner(self) -> Option<Uuid> {
        if let Self::Own(owner) = self { Some(owner.0) } else { None }
    }
}

/// Who looks: they see what is everybody's, their teams' and their own.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// Who.
    pub user: UserId,
    /// Their teams; all with `None`.
    pub teams: Option<&'a [TeamId]>,
}

impl Reader<'_> {
    fn teams(&self) -> Option<Vec<Uuid>> {
        self.teams.map(|teams| teams.iter().map(|team| team.0).collect())
    }
}
