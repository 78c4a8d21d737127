//! Which conversations a person may see.

use crate::{
    TeamId, UserId,
    role::{Permission, Permissions},
};

/// What a person sees of the conversations.
///
/// Direct messages and private channels are seen by those who take part and by nobody else, whatever their reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Who looks.
    pub user: UserId,
    /// How far they see.
    pub reach: Reach,
    /// The teams they belong to, in the order of their ids.
    pub teams: Vec<TeamId>,
}

/// How far somebody sees beyond what they take part in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// The queues of their teams, and the one of no team.
    Queues,
    /// Also what others of their teams work on.
    Teams,
    /// Also other teams.
    Everything,
}

impl Reach {
    /// How far these permissions reach.
    pub const fn of(permissions: Permissions) -> Self {
        if permissions.has(Permission::ReadAllConversations) {
            Self::Everything
        } else if permissions.has(Permission::ReadTeamConversations) {
            Self::Teams
        } else {
            Self::Queues
        }
    }
}

impl Sight {
    /// Whether the person sees a support conversation of this team (or of none) that this person has (or nobody).
    pub fn covers(&self, team: Option<TeamId>, assignee: Option<UserId>) -> bool {
        let in_reach = team.is_none_or(|team| self.teams.binary_search(&team).is_ok());
        assignee == Some(self.user)
            || match self.reach {
                Reach::Queues => assignee.is_none() && in_reach,
                Reach::Teams => in_reach,
                Reach::Everything => true,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::Role;

    #[test]
    fn agents_see_their_own_and_their_queues() {
        let (me, other, ours, theirs) = (UserId::new(), UserId::new(), TeamId::new(), TeamId::new());
        let sight = |role: Role| Sight { user: me, reach: Reach::of(role.permissions()), teams: vec![ours] };
        for (team, assignee, agent, lead) in [
            (Some(ours), None, true, true),
            (Some(ours), Some(other), false, true),
            (Some(theirs), None, false, false),
            (Some(theirs), Some(me), true, true),
            (Some(theirs), Some(other), false, false),
            (None, None, true, true),
            (None, Some(other), false, true),
        ] {
            assert_eq!(sight(Role::Agent).covers(team, assignee), agent, "{team:?} {assignee:?}");
            assert_eq!(sight(Role::TeamLead).covers(team, assignee), lead, "{team:?} {assignee:?}");
            assert!(sight(Role::Admin).covers(team, assignee));
        }
    }
}
