//! Roles and what they may do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The four built-in roles, from the widest to the narrowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Configures everything and sees everything.
    Admin,
    /// Leads teams and sees all conversations.
    Supervisor,
    /// Leads one team.
    TeamLead,
    /// Answers conversations.
    Agent,
}

/// Something that a request needs to be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Create, change and deactivate people.
    ManageUsers,
    /// Install plugins, where the operator lets admins do so.
    InstallPlugins,
    /// Configure connections and their secrets.
    ManageConnections,
    /// Configure automation rules.
    ManageRules,
    /// Read raw deliveries and process them again.
    ReplayDeliveries,
    /// Look at the tenant's jobs; cancel, pause and replay them.
    OperateQueue,
    /// Read rules and their runs.
    ReadRules,
    /// See conversations that are assigned to somebody else.
    ReadAllConversations,
    /// Answer, tag, assign and move conversations.
    WorkConversations,
}

impl Role {
    /// The name in the database and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Supervisor => "supervisor",
            Self::TeamLead => "team_lead",
            Self::Agent => "agent",
        }
    }

    /// Whether this role has the permission.
    pub const fn may(self, permission: Permission) -> bool {
        match permission {
            Permission::ManageUsers
            | Permission::InstallPlugins
            | Permission::ManageConnections
            | Permission::ManageRules
            | Permission::ReplayDeliveries
            | Permission::OperateQueue => matches!(self, Self::Admin),
            Permission::ReadRules | Permission::ReadAllConversations => {
                matches!(self, Self::Admin | Self::Supervisor | Self::TeamLead)
            }
            Permission::WorkConversations => true,
        }
    }
}

impl std::str::FromStr for Role {
    type Err = UnknownRole;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        [Self::Admin, Self::Supervisor, Self::TeamLead, Self::Agent]
            .into_iter()
            .find(|role| role.as_str() == s)
            .ok_or_else(|| UnknownRole(s.to_owned()))
    }
}

/// A role name that does not exist.
#[derive(Debug, thiserror::Error)]
#[error("unknown role `{0}`: expected admin, supervisor, team_lead or agent")]
pub struct UnknownRole(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_admins_configure() {
        for permission in
            [Permission::ManageUsers, Permission::ManageConnections, Permission::ManageRules, Permission::OperateQueue]
        {
            assert!(Role::Admin.may(permission));
            assert!(!Role::Supervisor.may(permission));
            assert!(!Role::Agent.may(permission));
        }
    }

    #[test]
    fn agents_see_only_what_concerns_them() {
        assert!(!Role::Agent.may(Permission::ReadAllConversations));
        assert!(Role::TeamLead.may(Permission::ReadAllConversations));
    }
}
